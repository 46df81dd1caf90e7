"""When an alert is to go out, as the last page asks for it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from broadcaster.domain.texts import Problem
from broadcaster.domain.timing import Timing, check_timing
from broadcaster.web.sessions import text_of, texts_of

_FIRST_YEAR, _LAST_YEAR = 2000, 3000
_NOW, _ONCE, _REPEATED = "now", "once", "repeated"


@dataclass(frozen=True)
class TimingForm:
    """The fields as they were filled in; `day` is the first one of a repeated alert."""

    when: str = _NOW
    day: str = ""
    time: str = ""
    days: tuple[str, ...] = ()
    until: str = ""

    @classmethod
    def of(cls, form: FormData) -> "TimingForm":
        """Return what a form holds; one without these fields means now."""
        return cls(
            when=text_of(form, "when") or _NOW,
            day=text_of(form, "day"),
            time=text_of(form, "time"),
            days=texts_of(form, "days"),
            until=text_of(form, "until"),
        )

    def with_proposals(self, now: datetime, zone: ZoneInfo) -> "TimingForm":
        """Return the same with something sensible in what is empty: tomorrow at nine, every week for four weeks."""
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        day = self.day or tomorrow.isoformat()
        first = _day(day) or tomorrow
        return replace(
            self,
            day=day,
            time=self.time or "09:00",
            days=self.days or ((str(first.weekday()),) if self.when != _REPEATED else ()),
            until=self.until or (first + timedelta(weeks=4)).isoformat(),
        )

    def timing(self, now: datetime, zone: ZoneInfo) -> tuple[Timing, list[Problem]]:
        """Return what is meant, and what is wrong with it; with a problem the timing is now and must not be used."""
        if self.when == _NOW:
            return Timing(), []
        day, clock = _day(self.day), _time(self.time)
        if day is None or clock is None:
            return Timing(), [Problem("at", "日付と時刻を入れてください。", "is missing")]
        at = datetime.combine(day, clock, zone)
        if self.when == _ONCE:
            timing = Timing(at)
        else:
            days = frozenset(int(day) for day in self.days if day in set("0123456"))
            if not days:
                return Timing(), [Problem("days", "曜日を選んでください。", "is missing")]
            timing = Timing(at, days, _day(self.until))
        problems = check_timing(timing, now, zone)
        return (Timing() if problems else timing), problems

    @property
    def key(self) -> str:
        """What tells whether two forms mean the same."""
        if self.when == _NOW:
            return _NOW
        more = [",".join(self.days), self.until] if self.when == _REPEATED else []
        return "|".join([self.when, self.day, self.time, *more])

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields as a form sends them, for a page that carries them along; none of them if it is now."""
        if self.when == _NOW:
            return []
        days = [("days", day) for day in self.days]
        return [("when", self.when), ("day", self.day), ("time", self.time), *days, ("until", self.until)]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Nearer to the ends of the calendar no day could be reckoned with.
    return day if _FIRST_YEAR < day.year < _LAST_YEAR else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
