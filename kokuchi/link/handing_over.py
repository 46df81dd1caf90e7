"""From other threads to the event loop: whatever comes while it is being woken is done in the same turn."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress


class HandingOver:
    """Calls in the event loop what other threads hand over, in their order, and wakes it once for many of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_waking = False

    def __call__(self, function: Callable[[], None]) -> None:
        """Hand over a call from any thread; once the loop has ended nobody takes it."""
        self._waiting.append(function)
        if not self._is_waking:
            self._is_waking = True
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        # Before anything is taken: what is handed over from now on wakes the loop again.
        self._is_waking = False
        while self._waiting:
            self._waiting.popleft()()
