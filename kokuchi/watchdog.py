"""A process watches itself: what stands still is started anew, and systemd hears that all is well only while it is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from kokuchi.pulse import Pulse
from kokuchi.restarts import Restarts
from kokuchi.service_manager import ServiceManager

log = logging.getLogger(__name__)

ROUND_SECONDS = 2.0


class StoodStill(Exception):  # noqa: N818 - reads as what it says
    """A part without which the process is of no use makes no progress; it is to end and to be started anew."""


@dataclass(frozen=True)
class Part:
    """What is watched. `revive` starts it anew; without one, the whole process is. `reason` says what it did not do."""

    name: str
    pulse: Pulse
    reason: str
    revive: Callable[[], Awaitable[None]] | None = None


class Watchdog:
    """Looks at every part again and again. It lives in the event loop, and stands still with it.

    `status` is one line for `systemctl status`.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        restarts: Restarts,
        manager: ServiceManager,
        status: Callable[[], str],
        *,
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        self._parts = parts
        self._restarts = restarts
        self._manager = manager
        self._status = status
        self._round_seconds = round_seconds

    async def run(self) -> None:
        """Watch until cancelled, or raise StoodStill."""
        self._manager.ready()
        try:
            while True:
                self._restarts.guard_the_loop()
                for part in self._parts:
                    if part.pulse.is_overdue:
                        await self._restart(part)
                self._manager.alive(self._status())
                await asyncio.sleep(self._round_seconds)
        finally:
            self._manager.stopping()

    async def _restart(self, part: Part) -> None:
        self._restarts.note(part.name, part.reason)
        if part.revive is None:
            raise StoodStill(f"the {part.name} stands still: {part.reason}")
        # Whoever is revived says by itself when more is to be expected.
        part.pulse.rest()
        await part.revive()
