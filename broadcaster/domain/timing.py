"""When an alert goes out: now, at a time, or on days of the week at a time of day."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from broadcaster.domain.texts import Problem
from broadcaster.domain.town import QuietHours

LATEST = timedelta(hours=1)
"""How late an alert still goes out when the centre was off at its time.

An hour is what a restart after a power cut or an update takes at most, and the text, which was written for a time,
still fits. After that it may say what is no longer true, or come in the night: a person has to look at it.
"""

FARTHEST = timedelta(days=366)
"""How far ahead something can be planned; who planned it may have another post by then."""

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Timing:
    """Without `at`: now. With `at` alone: once, then.

    With `days` (Monday is 0): on each of these days of the week from the day of `at` to the day `until`, at the time of
    day that `at` is in the town, but for the days that are `left_out`.
    """

    at: datetime | None = None
    days: frozenset[int] = frozenset()
    until: date | None = None
    left_out: frozenset[date] = frozenset()

    @property
    def is_now(self) -> bool:
        """Whether it goes out at once."""
        return self.at is None

    @property
    def is_repeated(self) -> bool:
        """Whether it goes out on several days."""
        return self.at is not None and bool(self.days)


NOW = Timing()


def occurrences(timing: Timing, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments from `start` on and before `end`, in UTC."""
    return [at for at in takewhile(lambda at: at < end, _all(timing, start, zone)) if at >= start]


def next_after(timing: Timing, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first moment that is later than `after`, in UTC, or None if there is none."""
    return next((at for at in _all(timing, after, zone) if at > after), None)


def leave_out(timing: Timing, day: date) -> Timing:
    """Return the same without a day."""
    return replace(timing, left_out=timing.left_out | {day})


def put_back(timing: Timing, day: date) -> Timing:
    """Return the same with a day that was left out."""
    return replace(timing, left_out=timing.left_out - {day})


def left_out_after(timing: Timing, after: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments later than `after` at which nothing goes out since their days are left out, in UTC."""
    if timing.at is None:
        return []
    return [at for day in sorted(timing.left_out) if (at := _on(day, timing.at, zone)) > after]


def check_timing(timing: Timing, now: datetime, zone: ZoneInfo) -> list[Problem]:
    """Return everything that is wrong with a timing."""
    if timing.at is None:
        return []
    if timing.at > now + FARTHEST:
        return [Problem("at", "1年より先の予約はできません。日付を直してください。", "is more than a year ahead")]
    if not timing.days or timing.at < now - FARTHEST:
        past = Problem("at", "過ぎた時刻です。これから先の日時を選んでください。", "has passed")
        return [past] if timing.at <= now else []
    if not timing.days <= set(range(7)):
        return [Problem("days", "曜日を選んでください。", "a day of the week is a number from 0, Monday, to 6")]
    if timing.until is None:
        return [Problem("until", "いつまでくりかえすかを選んでください。", "is missing")]
    if timing.until > (now + FARTHEST).date():
        return [Problem("until", "1年より先の予約はできません。日付を直してください。", "is more than a year ahead")]
    if next_after(timing, now, zone) is None:
        return [Problem("until", "この期間に、放送する日がありません。曜日か日付を直してください。", "no day is left")]
    return []


def in_words(timing: Timing, zone: ZoneInfo) -> str:
    """Return 「いますぐ」, 「11月25日(水)午前9時」 or 「毎週月・木曜日の午前10時」."""
    if timing.at is None:
        return "いますぐ"
    if not timing.days:
        return moment_in_words(timing.at, zone)
    local = timing.at.astimezone(zone)
    days = "・".join(WEEKDAYS[day] for day in sorted(timing.days))
    often = "毎日" if len(timing.days) == len(WEEKDAYS) else f"毎週{days}曜日"
    return f"{often}の{time_in_words(local.time())}"


def span_in_words(timing: Timing, zone: ZoneInfo) -> str:
    """Return 「11月26日(木)から12月31日(木)まで」 of a repeated one; empty of any other."""
    if timing.at is None or not timing.days or timing.until is None:
        return ""
    return f"{day_in_words(timing.at.astimezone(zone).date())}から{day_in_words(timing.until)}まで"


def left_out_in_words(timing: Timing) -> str:
    """Return 「11月26日(木)、11月30日(月)」; empty if no day is left out."""
    return "、".join(day_in_words(day) for day in sorted(timing.left_out))


def moment_in_words(at: datetime, zone: ZoneInfo) -> str:
    """Return 「11月25日(水)午前9時」."""
    local = at.astimezone(zone)
    return f"{day_in_words(local.date())}{time_in_words(local.time())}"


def day_in_words(day: date) -> str:
    """Return 「11月25日(水)」."""
    return f"{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def time_in_words(value: time) -> str:
    """Return 「午前9時」 or 「午後0時30分」, as towns say it on the air."""
    half, hour = ("午前", value.hour) if value.hour < 12 else ("午後", value.hour - 12)
    return f"{half}{hour}時{f'{value.minute}分' if value.minute else ''}"


def occurrence_identifier(series: str, at: datetime) -> str:
    """Return the identifier of the alert that a repeated one becomes on a day: always the same, so it is sent once.

    It has the form of any other alert's, and is as hard to guess as the one of the series.
    """
    moment = at.astimezone(UTC)
    digest = hashlib.sha256(f"{series} {moment.isoformat()}".encode()).hexdigest()
    return f"{moment:%Y%m%dT%H%M%SZ}-{digest[:8]}"


def quiet_until(quiet_hours: QuietHours | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours, in the town's time, if `at` is within them, else None."""
    if quiet_hours is None or quiet_hours.start == quiet_hours.end:
        return None
    local = at.astimezone(zone)
    start, end, clock = quiet_hours.start, quiet_hours.end, local.time()
    over_midnight = start > end
    is_quiet = (clock >= start or clock < end) if over_midnight else start <= clock < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= start else 0)
    return datetime.combine(day, end, zone)


def _all(timing: Timing, start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments in their order; those long before `start` are left out."""
    if timing.at is None:
        return
    if not timing.days:
        yield timing.at.astimezone(UTC)
        return
    first = timing.at.astimezone(zone)
    # A day earlier, since the day of `start` in the town may be another one than in UTC.
    day = max(first.date(), start.astimezone(zone).date() - timedelta(days=1))
    last = timing.until or day + FARTHEST
    for ahead in islice(range((last - day).days + 1), FARTHEST.days * 2):
        here = day + timedelta(days=ahead)
        if here.weekday() in timing.days and here not in timing.left_out:
            yield _on(here, timing.at, zone)


def _on(day: date, first: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment on a day that has the time of day of the first one, in UTC.

    Of a time that the day has twice, as clocks go back, it is the earlier one. A time that the day has not, as they go
    forward, is as much later, or as much earlier where that would be the next day already.
    """
    clock = first.astimezone(zone).time().replace(fold=0)
    at = datetime.combine(day, clock, zone).astimezone(UTC)
    if at.astimezone(zone).date() != day:
        at = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    # The first one is as it was chosen, be it the later of two.
    return max(at, first.astimezone(UTC))
