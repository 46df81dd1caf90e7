"""What is wrong now, as the pages show it: what it means, what to do, which terminals it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from broadcaster.domain.condition import Condition
from broadcaster.domain.incident import OF_TERMINALS, Incident, Kind, Urgency
from broadcaster.domain.judging import HEARTBEAT_LOST
from broadcaster.domain.telling import Episode
from broadcaster.monitoring.words import URGENCIES, words_of
from broadcaster.web.site import Site
from broadcaster.web.words import duration, moment

SHOWN_TERMINALS = 6
"""So many are named; the list of terminals has the others."""

_CONDITIONS = {
    Kind.WIDE_OUTAGE: Condition.OFFLINE,
    Kind.AREA_OUTAGE: Condition.OFFLINE,
    Kind.TERMINALS_OFF: Condition.OFFLINE,
    Kind.TERMINALS_SOUND: Condition.SOUND,
    Kind.TERMINALS_STORAGE: Condition.STORAGE,
    Kind.TERMINALS_CLOCK: Condition.CLOCK,
    Kind.TERMINALS_HEAT: Condition.HEAT,
    Kind.TERMINALS_NEVER: Condition.NEVER,
}
_PAGES = {
    Kind.OUTBOX_STUCK: ("/log", "放送記録を見る"),
    Kind.SENDING_MISSED: ("/planned", "予定と承認を見る"),
    Kind.APPROVAL_WAITS: ("/planned", "予定と承認を見る"),
}


@dataclass(frozen=True)
class Household:
    """A terminal that something is the matter with, and where to find it."""

    terminal: str
    household: str
    area: str
    path: str


@dataclass(frozen=True)
class Row:
    """One thing that is wrong. `place` is where it stands on the page; `path` leads to where more is seen."""

    place: str
    title: str
    meaning: str
    action: str
    since: str
    lasted: str
    path: str
    path_words: str
    households: tuple[Household, ...]
    more: int


@dataclass(frozen=True)
class Section:
    """The rows of one urgency."""

    urgency: Urgency
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Standing:
    """Everything that is wrong; `looked_at` is when somebody looked, to the minute."""

    sections: tuple[Section, ...]
    looked_at: str


@dataclass(frozen=True)
class Count:
    """How many things are wrong, and whether any of them is urgent."""

    count: int
    urgent: bool


@dataclass(frozen=True)
class Title:
    """One thing that is wrong, and where it stands on the page."""

    place: str
    words: str


@dataclass(frozen=True)
class AtHome:
    """What the first page says that it does not say elsewhere: neither single terminals nor what is in a banner.

    `count` is of everything.
    """

    titles: tuple[Title, ...]
    count: int
    urgent: bool


def standing(site: Site) -> Standing:
    """Return what is wrong now."""
    assessment = site.overseer.now()
    found = {Urgency.URGENT: assessment.urgent, Urgency.SOON: assessment.soon}
    sections = tuple(
        Section(urgency, URGENCIES[urgency], tuple(_row(site, episode) for episode in episodes))
        for urgency, episodes in found.items()
        if episodes
    )
    return Standing(sections, moment(assessment.looked_at, site.town.time_zone))


def count_troubles(site: Site) -> Count:
    """Count what is wrong now."""
    assessment = site.overseer.now()
    return Count(len(assessment.episodes), bool(assessment.urgent))


def at_home(site: Site) -> AtHome:
    """Return what the first page says."""
    assessment = site.overseer.now()
    soon = [one.incident for one in assessment.soon if one.incident.kind not in OF_TERMINALS | {Kind.BROKER_UNTOLD}]
    titles = tuple(Title(_place(one), words_of(one, site.town).title) for one in soon)
    return AtHome(titles, len(assessment.episodes), bool(assessment.urgent))


def _row(site: Site, episode: Episode) -> Row:
    incident, words = episode.incident, words_of(episode.incident, site.town)
    path, path_words = _way(incident)
    shown = incident.terminals[:SHOWN_TERMINALS]
    lasted = site.clock() - episode.since
    return Row(
        place=_place(incident),
        title=words.title,
        meaning=words.meaning,
        action=words.action,
        since=moment(episode.since, site.town.time_zone),
        # What has just been seen may be older than anybody knows.
        lasted=duration(lasted) if lasted > HEARTBEAT_LOST else "",
        path=path,
        path_words=path_words,
        households=_households(site, shown, {area.id: area.name for area in site.town.areas}),
        more=len(incident.terminals) - len(shown),
    )


def _households(site: Site, shown: Sequence[str], areas: Mapping[str, str]) -> tuple[Household, ...]:
    return tuple(
        Household(
            found.terminal.id,
            found.terminal.household,
            areas.get(found.terminal.area, found.terminal.area),
            f"/terminals/{found.terminal.id}",
        )
        for found in site.ledger.conditions.named(list(shown))
    )


def _way(incident: Incident) -> tuple[str, str]:
    if incident.kind in _CONDITIONS:
        filters = {"condition": _CONDITIONS[incident.kind].value}
        if incident.kind is Kind.AREA_OUTAGE:
            filters["area"] = incident.key
        return f"/terminals?{urlencode(filters)}", "端末の一覧で見る"
    return _PAGES.get(incident.kind, ("", ""))


def _place(incident: Incident) -> str:
    return "-".join(part for part in (incident.kind.value, incident.key.replace(".", "-")) if part)
