"""Tells those who wait in the event loop that the ledger was written, whichever thread wrote it."""

import asyncio
import threading

CALM_SECONDS = 0.1
"""An alert has left for 20,000 terminals by then, and a dozen batches of their reports are one reason to look."""


class Changes:
    """A counter of commits on which coroutines can wait. `announce` may be called from any thread."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def count(self) -> int:
        """How many times something was announced."""
        return self._count

    def announce(self) -> None:
        """Wake everyone who waits."""
        with self._lock:
            self._count += 1
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self, seen: int, timeout: float) -> int:
        """Return the count once it differs from `seen`, or after `timeout` seconds."""
        event = asyncio.Event()
        entry = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._count != seen:
                return self._count
            self._waiting.add(entry)
        try:
            async with asyncio.timeout(timeout):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(entry)
        return self._count

    async def wait_calmly(self, seen: int, timeout: float) -> int:
        """Do the same, but return only CALM_SECONDS after a change.

        For all but the way of an alert: at its commit they would look too, and whoever has clicked waits for them.
        """
        count = await self.wait(seen, timeout)
        if count != seen:
            await asyncio.sleep(CALM_SECONDS)
        return count
