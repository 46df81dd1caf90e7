"""What time it is in the town, for a device that may have no clock at power-on.

The centre's clock is the one that alerts are dated by, so its signed words decide. A fresh, signed answer of the
centre says what time it is there; from then on a monotonic count is added to it, and turning the device's own clock
changes nothing. Before the first answer the device's clock is believed only if it says that it is synchronised.

Nobody knows how long an answer was on its way, only how long it was waited for; most of that passes before it is
written. So it is as late as the answer says, or later by less than the wait. After a power cut answers take seconds:
one that says less exactly what is known is not taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kokuchi.wire import Clock

DRIFT = 1e-4
"""By how much a device's count may be wrong: 100 ppm, more than cheap crystals are."""


@dataclass(frozen=True)
class _Anchor:
    """It was `moment` at this count, or later by less than `within`, if anybody knows how much that is."""

    moment: datetime
    count: float
    source: Clock
    within: timedelta = timedelta.max

    def at(self, count: float) -> datetime:
        return self.moment + timedelta(seconds=count - self.count)


class TownTime:
    """The time, and whether it is known.

    `system` is the device's clock, `count` a monotonic count of seconds, `is_synchronised` tells whether the system
    vouches for its clock.
    """

    def __init__(
        self, system: Callable[[], datetime], count: Callable[[], float], is_synchronised: Callable[[], bool]
    ) -> None:
        self._system = system
        self._count = count
        self._is_synchronised = is_synchronised
        self._anchor: _Anchor | None = None
        self._floor: datetime | None = None

    @property
    def source(self) -> Clock:
        """Whose word the time is."""
        anchor = self._anchor_or_system()
        return anchor.source if anchor else Clock.UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether an alert may be judged by the time."""
        return self.source is not Clock.UNKNOWN

    def now(self) -> datetime:
        """Return the time; while it is not known, a time that is at least not before what was signed."""
        if anchor := self._anchor_or_system():
            return anchor.at(self._count())
        system = self._system()
        return system if self._floor is None else max(system, self._floor)

    def deviation(self) -> timedelta:
        """Return by how much the device's clock is ahead of the time."""
        return self._system() - self.now()

    def heard(self, sent: datetime) -> None:
        """Take note of a signed message: it is not earlier than when that was sent."""
        if self._floor is None or sent > self._floor:
            self._floor = sent

    def answered(self, sent: datetime, waited: float) -> None:
        """Take note of a signed answer that has come now, `waited` seconds after the question."""
        told = _Anchor(sent, self._count(), Clock.CENTRE, timedelta(seconds=waited))
        if self._anchor is None or not _says_as_much(self._anchor, told):
            self._anchor = told

    def _anchor_or_system(self) -> _Anchor | None:
        # A clock is believed as it was while the system vouched for it: what was known stays known when it is turned.
        if self._anchor is None and self._is_synchronised():
            self._anchor = _Anchor(self._system(), self._count(), Clock.SYSTEM)
        return self._anchor


def _says_as_much(known: _Anchor, told: _Anchor) -> bool:
    """Tell whether what is known is at least as exact as what was told, and does not contradict it."""
    if known.within == timedelta.max:
        return False
    within = known.within + timedelta(seconds=DRIFT * (told.count - known.count))
    return within <= told.within and abs(known.at(told.count) - told.moment) <= told.within + within
