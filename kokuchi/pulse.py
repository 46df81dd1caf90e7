"""Until when a part must have made progress. Pure but for its clock."""

import time
from collections.abc import Callable


class Pulse:
    """A part says here by when it will have done the next thing, or that nothing is to be expected of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: float | None = None

    def expect(self, within: float) -> None:
        """There was progress, and there will be more within so many seconds."""
        self._due = self._clock() + within

    def rest(self) -> None:
        """Nothing is to be expected until `expect` is called again."""
        self._due = None

    @property
    def is_resting(self) -> bool:
        """Whether nothing is expected."""
        return self._due is None

    @property
    def is_overdue(self) -> bool:
        """Whether what was expected has not come."""
        return self._due is not None and self._clock() > self._due
