"""What the terminals of a fleet have in common."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fleet.opening import Opening
from fleet.plain import Plain
from fleet.reports import of_moments
from fleet.script import Script
from kokuchi.wire import Topics
from kokuchi.wire.fields import iso


class Shared:
    """The town's topics, the keys, what is reported, what each has yet to say, and the clock.

    Each of `plain` has its topic as the broker spells it.
    """

    def __init__(self, opening: Opening, script: Script, plain: Sequence[Plain]) -> None:
        self.topics = Topics(opening.town)
        self.alerts = f"{self.topics.root}/alert/".encode()
        self.opening = opening
        self.script = script
        self.plain = {one.topic.encode(): one for one in plain}
        self.later: deque[Callable[[], None]] = deque()
        self._milliseconds, self._now = 0, b""
        self._moments: dict[tuple[str, ...], bytes] = {}

    def now(self) -> bytes:
        """Return the time as it is written on the wire."""
        milliseconds = int(time.time() * 1000)
        if milliseconds != self._milliseconds:
            self._milliseconds = milliseconds
            self._now = iso(datetime.fromtimestamp(milliseconds / 1000, UTC)).encode()
            self._moments.clear()
        return self._now

    def moments(self, reached: tuple[str, ...], now: bytes) -> bytes:
        """Return how a report says that these moments are reached now: dozens of terminals say so in a millisecond."""
        said = self._moments.get(reached)
        if said is None:
            said = self._moments[reached] = of_moments(reached, now)
        return said
