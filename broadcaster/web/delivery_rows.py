"""The list of an alert's deliveries, a page of it at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.domain.roster import SERVICE_WORDS
from broadcaster.domain.service import Service
from broadcaster.domain.standing import Standing
from broadcaster.domain.town import Town
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import Selection, StandingLine
from broadcaster.web.prospect import circumstances_of, prospect_now
from broadcaster.web.site import Site
from broadcaster.web.standings import advice, is_away, is_trouble, tone
from broadcaster.web.words import STAGES, clock, moment, outdated_dictionary
from kokuchi.wire import NO_VOICE


@dataclass(frozen=True)
class Row:
    """One terminal's line. `tone` is well, waiting or trouble.

    `outdated` says that it was voiced by older words than those that stood when the alert was sent, `silence` why it
    was not voiced though nothing is wrong, `detail` what else is known of it.
    """

    terminal: str
    household: str
    area: str
    times: tuple[tuple[str, str], ...]
    status: str
    tone: str
    detail: str = ""
    outdated: str = ""
    silence: str = ""


def delivery_rows(site: Site, accepted: Accepted, terminals: Sequence[str]) -> list[Row]:
    """Return the lines of these terminals."""
    prospect = prospect_now(site, accepted)
    circumstances = circumstances_of(accepted, prospect, site.clock())
    lines = site.ledger.progress.lines_of(accepted.row, circumstances, terminals)
    return [row_of(line, accepted, site.town, is_over=prospect.is_over) for line in lines]


def selected_terminals(site: Site, accepted: Accepted, selection: Selection, limit: int, offset: int) -> list[str]:
    """Return which terminals a page of the list has."""
    circumstances = circumstances_of(accepted, prospect_now(site, accepted), site.clock())
    lines = site.ledger.progress.lines(accepted.row, circumstances, selection, limit=limit, offset=offset)
    return [line.line.terminal.id for line in lines]


def count_selected(site: Site, accepted: Accepted, selection: Selection) -> int:
    """Return how many lines the whole list has."""
    if selection == Selection():
        return site.ledger.deliveries.reach([accepted.row])[accepted.row].addressed
    circumstances = circumstances_of(accepted, prospect_now(site, accepted), site.clock())
    return site.ledger.progress.count(accepted.row, circumstances, selection)


def area_name(town: Town, identifier: str) -> str:
    """Return an area's name, or its identifier if the town has it no more."""
    return next((area.name for area in town.areas if area.id == identifier), identifier)


def detail_of(found: StandingLine, town: Town) -> str:
    """Return what else is known of a delivery that stands out."""
    line = found.line
    if line.terminal.service is not Service.IN_SERVICE:
        # It stays where it was addressed; nobody has to reach it any more.
        return f"{SERVICE_WORDS[line.terminal.service]}の端末"
    if is_away(found.standing) and found.since:
        return f"{moment(found.since, town.time_zone)}からつながっていません"
    if found.standing is Standing.NO_ANSWER and line.attempts:
        return f"{line.attempts}回送りなおしました"
    if line.delivery.reason == NO_VOICE or not is_trouble(found.standing):
        return ""
    return f"端末の記録: {line.delivery.reason}" if line.delivery.reason else ""


def row_of(found: StandingLine, accepted: Accepted, town: Town, *, is_over: bool) -> Row:
    """Return a line as pages show it; `is_over`: nothing more will be voiced."""
    line, standing = found.line, found.standing
    delivery, terminal = line.delivery, line.terminal
    words = advice(standing, over=is_over or delivery.outcome is not None)
    status = advice(Standing.CONFIRMED).short if delivery.confirmed_at and not is_trouble(standing) else words.short
    silence = ""
    if delivery.silence is not None and delivery.voiced_at is None:
        ended = is_over or delivery.outcome is not None
        silence = advice(Standing(delivery.silence.value), over=ended).meaning
    return Row(
        terminal=terminal.id,
        household=terminal.household,
        area=area_name(town, terminal.area),
        times=tuple(
            (word, clock(delivery.at(stage), accepted.alert.sent, town.time_zone)) for stage, word in STAGES.items()
        ),
        status=status,
        tone=tone(standing),
        detail=detail_of(found, town),
        outdated=outdated_dictionary(delivery.dictionary, accepted.dictionary, "送信時は")
        if delivery.voice_started_at
        else "",
        silence=silence,
    )
