"""How long a publisher waits when the broker does not take what it publishes."""

import asyncio

LONGEST_SECONDS = 300.0
"""A failed attempt waits a second, then twice as long each time up to this: a broker whose rights are of an earlier
version ends the connection of who publishes what it does not know, and alerts must go out all the same."""

_ENOUGH = 9
"""So often doubled it is longer than the longest; much more often, it is longer than Python can count."""


class Patience:
    """Counts the failures in a row; used within the event loop."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0

    @property
    def is_tried(self) -> bool:
        """Whether the last attempt failed."""
        return self._failures > 0

    @property
    def is_over(self) -> bool:
        """Whether it may be tried now."""
        return asyncio.get_running_loop().time() >= self._not_before

    def failed(self) -> None:
        """Wait, longer than the last time."""
        wait = min(LONGEST_SECONDS, 2.0 ** min(self._failures, _ENOUGH))
        self._failures += 1
        self._not_before = asyncio.get_running_loop().time() + wait

    def succeeded(self) -> None:
        """Wait no more."""
        self._failures = 0
