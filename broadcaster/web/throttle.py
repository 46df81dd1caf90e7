"""Slows down who guesses passwords and codes."""

import math
from datetime import datetime, timedelta

_FREE_FAILURES = 5
_WAIT = timedelta(seconds=30)
_FORGOTTEN_AFTER = timedelta(minutes=15)
_MANY_NAMES = 10_000


class Throttle:
    """Counts failures by name, in memory. After `free` of them each further attempt has to wait.

    They are forgotten once none has come for `forgotten_after`: who waits for that has `free` again.
    """

    def __init__(
        self, free: int = _FREE_FAILURES, wait: timedelta = _WAIT, forgotten_after: timedelta = _FORGOTTEN_AFTER
    ) -> None:
        self._free = free
        self._wait = wait
        self._forgotten_after = forgotten_after
        self._failures: dict[str, tuple[int, datetime]] = {}

    def seconds_to_wait(self, name: str, now: datetime) -> int:
        """Return for how long no attempt with this name is looked at; 0 if one may be made."""
        count, last = self._failures.get(name, (0, now))
        if count < self._free:
            return 0
        return max(0, math.ceil((last + self._wait - now).total_seconds()))

    def failed(self, name: str, now: datetime) -> None:
        """Count a failure."""
        count, last = self._failures.get(name, (0, now))
        if now - last > self._forgotten_after:
            count = 0
        if len(self._failures) > _MANY_NAMES:
            self._failures = {key: value for key, value in self._failures.items() if now - value[1] <= self._wait}
        self._failures[name] = (count + 1, now)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name."""
        self._failures.pop(name, None)
