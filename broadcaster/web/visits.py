"""The sheet for those who go to households that an alert has not reached: what they need, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from broadcaster.domain.service import Service
from broadcaster.domain.standing import Standing
from broadcaster.domain.town import Town
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import Selection, StandingLine
from broadcaster.web.delivery_rows import area_name
from broadcaster.web.outlook import count
from broadcaster.web.prospect import Prospect, circumstances_of, prospect_now
from broadcaster.web.site import Site

PAGE_SIZE = 300
"""So many households are on one page: more than a few people can visit."""

PROPOSED_GROUP = "elderly"
"""The group of the roster that ships whose households are visited first."""

_REASONS = {
    Standing.VOICE_FAILED: "端末の音が出ない",
    Standing.NO_VOICE: "音の出ない端末",
    Standing.REFUSED: "端末が受け付けない",
    Standing.NOT_DISPLAYED: "画面が出ない",
    Standing.HELD: "夜間のため未放送",
    Standing.SUMMARISED: "まとめて放送した",
    Standing.DECLINED: "音声なしの設定",
    Standing.VOICED: "放送したが確認なし",
    Standing.SPEAKING: "放送の途中",
}
_NOT_REACHED = "端末に届いていない"
_NOT_HEARD = "届いたが未放送"


@dataclass(frozen=True)
class Choice:
    """Whom the sheet lists: `who` is unreached, unheard or unconfirmed; `order` of the group: first, only or mixed."""

    who: str
    group: str
    order: str


@dataclass(frozen=True)
class Visit:
    """A household to go to. `first` says that it belongs to the chosen group."""

    household: str
    reason: str
    first: bool


@dataclass(frozen=True)
class AreaSheet:
    """The households of one area, and 「3世帯・1事業所」 of them on this page."""

    name: str
    count: str
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Sheet:
    """One page of the list, and how many households and businesses all of them have, also in words.

    Not on it are those whose terminals have left service: `left_out` before the alert reached them, `left_since` after
    it.
    """

    areas: tuple[AreaSheet, ...]
    households: int
    count: str
    left_out: int
    left_since: int


def sheet(site: Site, accepted: Accepted, choice: Choice, number: int) -> Sheet:
    """Return one page of the sheet, by areas and within them those of the group first if they are to be.

    Nobody is sent to a house where no terminal is in service: it stands empty. Of a withdrawal nobody tells those whom
    the text never reached that it is withdrawn.
    """
    circumstances = circumstances_of(accepted, prospect_now(site, accepted), site.clock())
    progress, members = site.ledger.progress, frozenset[str]()
    group = choice.group if choice.order == "only" else ""
    meant = progress.lines(accepted.row, circumstances, Selection(choice.who, group=group), limit=None)
    left_out = progress.count(accepted.row, circumstances, Selection(Standing.OUT_OF_SERVICE, group=group))
    if accepted.alert.is_cancel:
        told = _reached_before(site, accepted)
        meant = [line for line in meant if line.line.terminal.id in told]
    lines = [line for line in meant if line.line.terminal.service is Service.IN_SERVICE]
    if choice.group and choice.order == "first":
        in_group = Selection(choice.who, group=choice.group)
        found = progress.lines(accepted.row, circumstances, in_group, limit=None)
        members = frozenset(line.line.terminal.id for line in found)
    ordered = sorted(lines, key=lambda line: _order(site.town, line, members))
    shown = ordered[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Sheet(_by_area(site.town, shown, members), len(ordered), _count(ordered), left_out, len(meant) - len(lines))


def _reached_before(site: Site, accepted: Accepted) -> frozenset[str]:
    """Return the terminals that an earlier revision has reached."""
    alert = accepted.alert
    earlier = (site.ledger.alerts.revision(alert.identifier, number) for number in range(1, alert.revision))
    return frozenset(
        found.line.terminal.id
        for revision in earlier
        if revision
        for found in site.ledger.progress.lines(
            revision.row, circumstances_of(revision, Prospect.SUPERSEDED, site.clock()), limit=None
        )
        if found.line.delivery.received_at
    )


def _order(town: Town, found: StandingLine, members: frozenset[str]) -> tuple[int, str, bool, str]:
    terminal = found.line.terminal
    areas = [area.id for area in town.areas]
    place = areas.index(terminal.area) if terminal.area in areas else len(areas)
    return place, terminal.area, terminal.id not in members, terminal.id


def _by_area(town: Town, lines: Sequence[StandingLine], members: frozenset[str]) -> tuple[AreaSheet, ...]:
    return tuple(
        _area_sheet(area_name(town, area), list(group), members)
        for area, group in groupby(lines, key=lambda found: found.line.terminal.area)
    )


def _area_sheet(name: str, lines: Sequence[StandingLine], members: frozenset[str]) -> AreaSheet:
    visits = (Visit(found.line.terminal.household, reason(found), found.line.terminal.id in members) for found in lines)
    return AreaSheet(name, _count(lines), tuple(visits))


def _count(lines: Sequence[StandingLine]) -> str:
    return count([found.line.terminal for found in lines])


def reason(found: StandingLine) -> str:
    """Return in a few words why somebody should go there."""
    if found.line.delivery.received_at is None and found.standing not in _REASONS:
        return _NOT_REACHED
    return _REASONS.get(found.standing, _NOT_HEARD)
