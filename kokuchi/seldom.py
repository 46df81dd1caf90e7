"""Warnings that somebody else can cause as often as he likes: each is logged at once, and then now and then."""

import logging
import time
from collections.abc import Callable

_MANY = 1000


class Seldom:
    """Logs a warning when it is new, and again after `seconds` with how often it came meanwhile."""

    def __init__(self, log: logging.Logger, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._seconds = seconds
        self._clock = clock
        self._told: dict[tuple[object, ...], tuple[float, int]] = {}

    def warn(self, message: str, **told: object) -> None:
        """Log a message with what it tells, unless the same was logged a short while ago."""
        key, now = (message, *told.values()), self._clock()
        last, untold = self._told.get(key, (None, 0))
        if last is not None and now - last < self._seconds:
            self._told[key] = (last, untold + 1)
            return
        if len(self._told) >= _MANY:
            self._told.clear()
        self._told[key] = (now, 0)
        self._log.warning(message, extra={**told, "untold": untold} if untold else told)
