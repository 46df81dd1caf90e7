"""Which volume when: the household's own, and for an emergency at least the one that is forced."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kokuchi.wire import Level
from terminal_client.outputs.interface import Volume
from terminal_client.preferences import PreferenceStore


class Loudness:
    """Sets the volume before each performance, and the household's own again after it and at every start.

    The level decides alone: a drill of an emergency is as loud as the emergency, since it is to show that this one
    would be heard. Percentages are as `Volume` takes them.
    """

    def __init__(self, volume: Volume, preferences: PreferenceStore, *, emergency: int) -> None:
        self._volume = volume
        self._preferences = preferences
        self._emergency = emergency

    @property
    def household(self) -> int:
        """The household's volume."""
        return self._preferences.current().volume

    async def restore(self) -> None:
        """Set the household's volume."""
        await self._volume.set(self.household)

    @asynccontextmanager
    async def during(self, level: Level) -> AsyncIterator[None]:
        """Have the volume of a level while something of it is being said."""
        try:
            household = self.household
            await self._volume.set(max(household, self._emergency) if level is Level.EMERGENCY else household)
            yield
        finally:
            await self.restore()
