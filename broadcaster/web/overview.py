"""What the first page says: what runs, what is due, who waits, what is broken, how much was sent lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from broadcaster.domain.audience import describe
from broadcaster.domain.delivery import Reach
from broadcaster.domain.draft import check
from broadcaster.domain.timing import moment_in_words
from broadcaster.domain.town import Category
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.requests import Waiting
from broadcaster.ledger.submissions import State
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, duration, moment
from kokuchi.wire import Level, MessageType, Severity

QUIET_DAYS = 25
"""After so many days without a message the page reminds of it: what is not heard once a month is forgotten."""

_SHOWN = 8
_SHOWN_PLANNED = 3


@dataclass(frozen=True)
class Running:
    """An alert that is still valid, with how far it has come; `silent` terminals could not make a sound of it.

    `missing` have not received it; `out_of_service` were suspended or retired before.
    """

    identifier: str
    headline: str
    level: str
    level_word: str
    drill: bool
    corrected: bool
    waiting: bool
    audience: str
    sent: str
    until: str
    addressed: int
    received: int
    voiced: int
    confirmed: int
    silent: int
    missing: int
    out_of_service: int


@dataclass(frozen=True)
class LastHeard:
    """When the town last heard something; `days` is None if it never has."""

    when: str
    days: int | None
    suggestion: str
    suggestion_name: str

    @property
    def long_ago(self) -> bool:
        """Whether it is time for a message, lest the terminals be forgotten."""
        return self.days is not None and self.days >= QUIET_DAYS


@dataclass(frozen=True)
class Planned:
    """An alert that goes out at its time; one that is not `is_fit` cannot, as it stands."""

    identifier: str
    headline: str
    when: str
    is_fit: bool


@dataclass(frozen=True)
class Due:
    """What is to come: the next alerts that go out by themselves, how many more there are, how many wait.

    `unfit` of those that are `more` cannot go out as they stand. `returned` were sent back by the one who was to
    approve, and go out only once they are submitted again.
    """

    planned: tuple[Planned, ...]
    more: int
    unfit: int
    waiting: int
    returned: int


@dataclass(frozen=True)
class KindCount:
    """How many alerts of one kind were sent this month and last month."""

    name: str
    this_month: int
    last_month: int


@dataclass(frozen=True)
class Months:
    """The counts of two months, by kind."""

    this_month: str
    last_month: str
    kinds: tuple[KindCount, ...]


def running(site: Site) -> tuple[tuple[Running, ...], int]:
    """Return the newest alerts that are still valid, and how many more there are."""
    rows = site.ledger.overview.valid(site.clock())
    accepted = [found for row in rows[:_SHOWN] if (found := site.ledger.alerts.by_row(row))]
    waiting = site.ledger.outbox.waiting_alerts()
    reaches = site.ledger.deliveries.reach(rows[:_SHOWN])
    shown = tuple(_running(site, one, one.row in waiting, reaches[one.row]) for one in accepted)
    return shown, max(0, len(rows) - _SHOWN)


def due(site: Site) -> Due:
    """Return what is planned, the next one first, and how many alerts wait for approval."""
    zone = site.town.time_zone
    timed = [(found.next_at, found) for found in site.ledger.submissions.in_state(State.PLANNED) if found.next_at]
    timed.sort(key=lambda pair: pair[0])
    roster = site.ledger.terminals.everybody()
    planned = [
        Planned(
            one.identifier,
            one.written.headline,
            moment_in_words(at, zone),
            is_fit=not check(one.written.draft(site.town), site.town, roster),
        )
        for at, one in timed
    ]
    shown, more = planned[:_SHOWN_PLANNED], planned[_SHOWN_PLANNED:]
    waiting, returned = (site.ledger.submissions.in_state(state) for state in (State.WAITING, State.RETURNED))
    unfit = sum(not one.is_fit for one in more)
    return Due(tuple(shown), len(more), unfit, len(waiting), sum(bool(one.note) for one in returned))


def last_heard(site: Site) -> LastHeard:
    """Return when the town last heard something, and what could be sent if that is long ago."""
    zone, last = site.town.time_zone, site.ledger.overview.last_heard()
    days = (site.clock().astimezone(zone).date() - last.astimezone(zone).date()).days if last else None
    calm = _calmest(site.town.categories)
    return LastHeard(moment(last, zone) if last else "", days, calm.id if calm else "", calm.name if calm else "")


def _calmest(categories: Sequence[Category]) -> Category | None:
    """Return the kind of message that does least harm if nothing has happened, such as an invitation."""
    notices = [category for category in categories if Level.of(category.severity) is Level.NOTICE]
    return max(notices, key=lambda category: list(Severity).index(category.severity), default=None)


def waits(site: Site, waiting: Waiting) -> str:
    """Return how long the first household has been waiting; empty if none is."""
    return duration(site.clock() - waiting.since) if waiting.since else ""


def months(site: Site) -> Months:
    """Return how many alerts were sent this month and last month, by kind, drills by themselves."""
    zone = site.town.time_zone
    today = site.clock().astimezone(zone).date()
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    start, middle = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (last_month, this_month))
    now, before = _by_name(site, middle, site.clock() + timedelta(seconds=1)), _by_name(site, start, middle)
    names = dict.fromkeys([*now, *before])
    kinds = tuple(KindCount(name, now.get(name, 0), before.get(name, 0)) for name in names)
    return Months(_month(this_month), _month(last_month), kinds)


def _by_name(site: Site, start: datetime, end: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for sent in site.ledger.overview.sent(start, end):
        category = site.town.category(sent.category)
        name = "訓練・試験放送" if sent.drill else category.name if category else sent.event
        found[name] = found.get(name, 0) + sent.count
    return found


def _month(day: date) -> str:
    return f"{day.month}月"


def _running(site: Site, accepted: Accepted, waiting: bool, reach: Reach) -> Running:
    alert, zone = accepted.alert, site.town.time_zone
    return Running(
        identifier=alert.identifier,
        headline=alert.headline,
        level=alert.level.value,
        level_word=LEVELS[alert.level],
        drill=alert.is_drill,
        corrected=alert.message_type is MessageType.UPDATE,
        waiting=waiting,
        audience=describe(alert.audience, site.town),
        sent=moment(alert.sent, zone),
        until=moment(alert.expires, zone),
        addressed=reach.addressed,
        received=reach.received,
        voiced=reach.voiced,
        confirmed=reach.confirmed,
        silent=reach.voice_failed,
        missing=reach.unreached,
        out_of_service=reach.out_of_service,
    )
