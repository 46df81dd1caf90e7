"""Alerts in a list, each with how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.domain.audience import describe
from broadcaster.domain.delivery import SILENT_AFTER, Reach
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.delivery_log import StageCount
from broadcaster.web.prospect import count_troubled, prospect_of
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, STAGES, day_and_clock
from kokuchi.wire import MessageType


@dataclass(frozen=True)
class Summary:
    """One alert in a list. Of the `troubled` terminals `unreached` have not received it.

    `out_of_service` were suspended or retired before they received it.
    """

    identifier: str
    headline: str
    event: str
    level: str
    level_word: str
    drill: bool
    withdrawn: bool
    corrected: bool
    waiting: bool
    audience: str
    sent: str
    addressed: int
    counts: tuple[StageCount, ...]
    troubled: int
    unreached: int
    out_of_service: int


def summaries(site: Site, alerts: Sequence[Accepted]) -> list[Summary]:
    """Return the alerts as lists show them, with a fixed number of queries."""
    rows = [accepted.row for accepted in alerts]
    reaches = site.ledger.deliveries.reach(rows)
    waiting = site.ledger.outbox.waiting_alerts()
    now = site.clock()
    away = site.ledger.deliveries.away(each.row for each in alerts if now - each.alert.sent <= SILENT_AFTER)
    return [
        _summary(
            site,
            accepted,
            reaches[accepted.row],
            accepted.row in waiting,
            count_troubled(
                reaches[accepted.row],
                accepted,
                prospect_of(accepted, waiting, now),
                away.get(accepted.row, 0),
                now,
            ),
        )
        for accepted in alerts
    ]


def _summary(site: Site, accepted: Accepted, reach: Reach, waiting: bool, troubled: int) -> Summary:
    alert = accepted.alert
    return Summary(
        identifier=alert.identifier,
        headline=alert.headline,
        event=alert.event,
        level=alert.level.value,
        level_word=LEVELS[alert.level],
        drill=alert.is_drill,
        withdrawn=alert.is_cancel,
        corrected=alert.message_type is MessageType.UPDATE,
        waiting=waiting,
        audience=describe(alert.audience, site.town),
        sent=day_and_clock(alert.sent, site.town.time_zone),
        addressed=reach.addressed,
        counts=tuple(StageCount(word, getattr(reach, stage)) for stage, word in STAGES.items()),
        troubled=troubled,
        # What stands out beyond the ledger's count are those that have said nothing; one that refused has not got it.
        unreached=troubled - reach.troubled + reach.refused,
        out_of_service=reach.out_of_service,
    )
