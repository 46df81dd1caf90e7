"""A terminal's connection over the last days, as a drawing with a line for each day, and as figures. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from broadcaster.domain.condition import Condition
from broadcaster.domain.timing import WEEKDAYS
from broadcaster.ledger.presence_history import PresenceChange
from broadcaster.web.words import CONDITIONS

DAYS = 30
QUARTERS = 96
"""A day is drawn in quarters of an hour, each as the worst that was in it."""
BRIEF = timedelta(minutes=5)
"""What has passed within this time is a restart to an operator and not drawn; the figures count it. A device takes a
minute or two to come back, and as long again until its clock is set."""
STEP, HEIGHT = 20, 14
"""From one day's line to the next, and how high it is."""
_STATES = ("online", "faulty", "offline")
"""The worst comes last."""


@dataclass(frozen=True)
class Day:
    """One day in figures; the words are empty if nothing is known. `breaks` is how often the connection was lost.

    `faults` leaves out what has passed within BRIEF.
    """

    word: str
    connected: str
    away: str
    breaks: int
    faults: str


@dataclass(frozen=True)
class PresenceDays:
    """The last days, the newest first, and their sum in a sentence, empty if nothing is known.

    `paths` draws each state in a picture that is QUARTERS wide and STEP high for each day.
    """

    days: tuple[Day, ...]
    sentence: str
    paths: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Stretch:
    """From one moment to another a terminal was so."""

    start: datetime
    end: datetime
    change: PresenceChange

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def state(self) -> str:
        if not self.change.online:
            return "offline"
        return "faulty" if self.change.faults else "online"


def first_moment(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the drawing begins."""
    return _midnight(now.astimezone(zone).date() - timedelta(days=DAYS - 1), zone)


def presence_days(changes: Sequence[PresenceChange], now: datetime, zone: ZoneInfo) -> PresenceDays:
    """Return the last days up to now; before the first change nothing is known."""
    today = now.astimezone(zone).date()
    lasting = _lasting(changes)
    days: list[Day] = []
    pieces: dict[str, list[str]] = {state: [] for state in _STATES}
    known, connected = timedelta(), timedelta()
    for number in range(DAYS):
        day = today - timedelta(days=number)
        start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        last = min(end, now)
        stretches, long_ones = _within(changes, start, last), _within(lasting, start, last)
        days.append(_day(day, stretches, long_ones, start))
        for state, piece in _drawn(long_ones, start, end, number * STEP):
            pieces[state].append(piece)
        known += _sum(stretches)
        connected += _sum(each for each in stretches if each.change.online)
    return PresenceDays(
        tuple(days),
        _sentence(known, connected, sum(day.breaks for day in days)),
        tuple((state, "".join(found)) for state, found in pieces.items() if found),
    )


def _sentence(known: timedelta, connected: timedelta, breaks: int) -> str:
    if not known:
        return ""
    # What is not all is never rounded to all.
    share = "100" if connected == known else f"{min(100 * (connected / known), 99.9):.1f}"
    return f"記録のある{_hours(known)}のうち、{share}%の時間つながっていました。切れたのは{breaks}回です。"


def _lasting(changes: Sequence[PresenceChange]) -> list[PresenceChange]:
    """Return the changes without what has passed within BRIEF; how it is now stays, however short."""
    return [
        change
        for change, following in pairwise([*changes, None])
        if change is not None
        and (following is None or (change.online and not change.faults) or following.at - change.at >= BRIEF)
    ]


def _within(changes: Sequence[PresenceChange], start: datetime, end: datetime) -> list[_Stretch]:
    first = max(0, bisect_right(changes, start, key=_moment) - 1)
    these = changes[first : bisect_left(changes, end, key=_moment)]
    ends = [*map(_moment, these[1:]), end]
    stretches = (
        _Stretch(max(change.at, start), min(until, end), change) for change, until in zip(these, ends, strict=False)
    )
    return [each for each in stretches if each.start < each.end]


def _moment(change: PresenceChange) -> datetime:
    return change.at


def _drawn(stretches: Sequence[_Stretch], start: datetime, end: datetime, top: int) -> Iterator[tuple[str, str]]:
    """Yield a day's line as rectangles, each with its state."""
    worst = [-1] * QUARTERS
    for stretch in stretches:
        # A day in which the clock is changed is drawn as wide as another one.
        first = (stretch.start - start) * QUARTERS // (end - start)
        last = -((start - stretch.end) * QUARTERS // (end - start))
        for quarter in range(first, last):
            worst[quarter] = max(worst[quarter], _STATES.index(stretch.state))
    place = 0
    for state, quarters in groupby(worst):
        width = len(list(quarters))
        if state >= 0:
            # Not by colour alone: the connection is a high bar, its loss a low one.
            y, height = (top, HEIGHT) if _STATES[state] != "offline" else (top + 5, 4)
            yield _STATES[state], f"M{place} {y}h{width}v{height}h-{width}z"
        place += width


def _day(day: date, stretches: Sequence[_Stretch], long_ones: Sequence[_Stretch], start: datetime) -> Day:
    faults = dict.fromkeys(fault for each in long_ones for fault in each.change.faults)
    return Day(
        word=f"{day.month}/{day.day}({WEEKDAYS[day.weekday()]})",
        connected=_hours(_sum(each for each in stretches if each.change.online)) if stretches else "",
        away=_hours(_sum(each for each in stretches if not each.change.online)) if stretches else "",
        breaks=sum(not each.change.online and each.change.at >= start for each in stretches),
        faults="、".join(CONDITIONS[Condition(fault)][0] for fault in faults),
    )


def _sum(stretches: Iterable[_Stretch]) -> timedelta:
    return sum((each.length for each in stretches), timedelta())


def _hours(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60}時間{minutes % 60}分" if minutes % 60 else f"{minutes // 60}時間"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # Within one zone Python reckons by readings of the clock, and a day in which it is changed would have 24 hours.
    return datetime.combine(day, time(), zone).astimezone(UTC)
