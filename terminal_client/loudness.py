"""Which volume when: the household's own, and for an emergency at least the one that is forced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kokuchi.wire import Level
from terminal_client.outputs.interface import Volume
from terminal_client.preferences import Preferences, PreferenceStore


class Loudness:
    """Sets the volume before each performance, and the household's own again after it and at every start.

    The level decides alone: a drill of an emergency is as loud as the emergency, since it is to show that this one
    would be heard. Percentages are as `Volume` takes them. What the household changes is heard at once, mid-sentence.
    """

    def __init__(self, volume: Volume, preferences: PreferenceStore, *, emergency: int) -> None:
        self._volume = volume
        self._preferences = preferences
        self._emergency = emergency
        self._least = 0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        preferences.on_change(self._note)

    @property
    def household(self) -> int:
        """The household's volume."""
        return self._preferences.current().volume

    async def run(self) -> None:
        """Follow what the household sets, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.restore()

    async def restore(self) -> None:
        """Set the household's volume, or what is forced at this moment."""
        async with self._turn:
            await self._volume.set(max(self.household, self._least))

    @asynccontextmanager
    async def during(self, level: Level) -> AsyncIterator[None]:
        """Have the volume of a level while something of it is being said."""
        try:
            self._least = self._emergency if level is Level.EMERGENCY else 0
            await self.restore()
            yield
        finally:
            self._least = 0
            await self.restore()

    def _note(self, _preferences: Preferences) -> None:
        # It comes from whichever thread has committed the change.
        if self._loop is None:
            self._changed.set()
        else:
            self._loop.call_soon_threadsafe(self._changed.set)
