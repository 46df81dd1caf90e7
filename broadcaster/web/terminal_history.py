"""What one terminal was sent and what became of it, and how it was connected."""

from dataclasses import dataclass

from broadcaster.domain.town import Town
from broadcaster.web.delivery_rows import Row, row_of
from broadcaster.web.exports import Exported, deliveries_at_once
from broadcaster.web.presence_days import PresenceDays, first_moment, presence_days
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, day_and_clock

LATEST = 100
"""So many deliveries a terminal's page has; a file has all of them."""


@dataclass(frozen=True)
class Sent:
    """One delivery with its alert."""

    path: str
    headline: str
    level: str
    level_word: str
    drill: bool
    correction: str
    sent: str
    row: Row


@dataclass(frozen=True)
class TerminalHistory:
    """What a terminal's page tells of its past. `total` counts all of its deliveries."""

    terminal: str
    sent: tuple[Sent, ...]
    total: int
    presence: PresenceDays


def terminal_history(site: Site, terminal: str) -> TerminalHistory:
    """Return the past of a terminal; of one that the town does not have it is empty."""
    history, now = site.ledger.delivery_history, site.clock()
    row = history.row_of(terminal)
    alerts = history.alerts_of(terminal) if row is not None else []
    found = deliveries_at_once(site.ledger, alerts[:LATEST], [row] if row is not None else [], now)
    changes = site.ledger.presence_history.of(terminal, first_moment(now, site.town.time_zone))
    return TerminalHistory(
        terminal=terminal,
        sent=tuple(_sent(each, site.town) for each in found),
        total=len(alerts),
        presence=presence_days(changes, now, site.town.time_zone),
    )


def _sent(exported: Exported, town: Town) -> Sent:
    alert = exported.accepted.alert
    return Sent(
        path=f"/alerts/{alert.identifier}?revision={alert.revision}",
        headline=alert.headline,
        level=alert.level.value,
        level_word=LEVELS[alert.level],
        drill=alert.is_drill,
        correction={"Update": "訂正", "Cancel": "取り消し"}.get(alert.message_type, ""),
        sent=day_and_clock(alert.sent, town.time_zone),
        row=row_of(exported.line, exported.accepted, town, is_over=exported.over),
    )
