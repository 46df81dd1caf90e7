"""A month of what is to come."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from broadcaster.domain.timing import WEEKDAYS, occurrences, time_in_words
from broadcaster.ledger.submissions import State
from broadcaster.sending.sender import level_of
from broadcaster.web.site import Site
from kokuchi.wire import Level


@dataclass(frozen=True)
class Appointment:
    """One alert at one time; `waiting` means that nobody has approved of it yet."""

    identifier: str
    at: str
    headline: str
    level: Level
    drill: bool
    waiting: bool


@dataclass(frozen=True)
class Day:
    """One day of the month with what is planned for it. `column` is its day of the week, Monday is 1."""

    number: int
    weekday: str
    column: int
    today: bool
    past: bool
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True)
class Month:
    """A month, and the ones before and after it that can be asked for; `before` is empty for the present one."""

    title: str
    before: str
    after: str
    days: tuple[Day, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is planned in it."""
        return not any(day.appointments for day in self.days)


def month_of(site: Site, wanted: str) -> Month:
    """Return the month that is `wanted` ("2026-12"), the present one if that is none or is over."""
    today = site.clock().astimezone(site.town.time_zone).date()
    first = max(_first_day(wanted) or today, today).replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    appointments = _appointments(site, first, following)
    days = (first + timedelta(days=ahead) for ahead in range((following - first).days))
    return Month(
        title=f"{first.year}年{first.month}月",
        before="" if first <= today else f"{first - timedelta(days=1):%Y-%m}",
        after=f"{following:%Y-%m}",
        days=tuple(
            Day(
                number=day.day,
                weekday=WEEKDAYS[day.weekday()],
                column=day.weekday() + 1,
                today=day == today,
                past=day < today,
                appointments=tuple(appointments.get(day, ())),
            )
            for day in days
        ),
    )


def _appointments(site: Site, first: date, following: date) -> dict[date, list[Appointment]]:
    zone = site.town.time_zone
    start = max(datetime.combine(first, time(), zone), site.clock())
    end = datetime.combine(following, time(), zone)
    found: list[tuple[datetime, Appointment]] = []
    for state in (State.PLANNED, State.WAITING):
        for submission in site.ledger.submissions.in_state(state):
            for at in occurrences(submission.timing, start, end, zone):
                local = at.astimezone(zone)
                found.append(
                    (
                        local,
                        Appointment(
                            identifier=submission.identifier,
                            at=time_in_words(local.time()),
                            headline=submission.written.headline.strip(),
                            level=level_of(submission.written, site.town),
                            drill=bool(submission.written.drill),
                            waiting=state is State.WAITING,
                        ),
                    )
                )
    by_day: dict[date, list[Appointment]] = {}
    for local, appointment in sorted(found, key=lambda entry: entry[0]):
        by_day.setdefault(local.date(), []).append(appointment)
    return by_day


def _first_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    # Nothing can be planned so far ahead, and the calendar ends somewhere.
    return day if day.year < _LAST_YEAR else None


_LAST_YEAR = 3000
