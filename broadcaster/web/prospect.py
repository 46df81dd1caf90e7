"""What can still become of the deliveries of an alert that have not arrived."""

from collections.abc import Mapping, Set
from datetime import datetime
from enum import StrEnum

from broadcaster.domain.delivery import SILENT_AFTER, Reach, Trouble, trouble
from broadcaster.domain.service import Service
from broadcaster.domain.standing import TROUBLES, Circumstances, Standing
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.deliveries import Line
from broadcaster.web.site import Site
from kokuchi.wire import Presence


class Prospect(StrEnum):
    """What can still become of a delivery that has not arrived."""

    OPEN = "open"
    WAITING = "waiting"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be voiced."""
        return self in (Prospect.EXPIRED, Prospect.SUPERSEDED)


def prospect_of(accepted: Accepted, waiting_rows: Set[int], now: datetime, *, superseded: bool = False) -> Prospect:
    """Return what can still become of the deliveries that have not arrived."""
    if superseded:
        return Prospect.SUPERSEDED
    if accepted.row in waiting_rows:
        return Prospect.WAITING
    return Prospect.EXPIRED if accepted.alert.expires <= now else Prospect.OPEN


def prospect_now(site: Site, accepted: Accepted) -> Prospect:
    """Return the same for one revision, as the ledger has it."""
    newest = site.ledger.alerts.get(accepted.alert.identifier)
    superseded = newest is not None and newest.row != accepted.row
    return prospect_of(accepted, site.ledger.outbox.waiting_alerts(), site.clock(), superseded=superseded)


def circumstances_of(accepted: Accepted, prospect: Prospect, now: datetime) -> Circumstances:
    """Return what the standing of a delivery that has not arrived depends on."""
    silent = now - accepted.alert.sent > SILENT_AFTER
    unanswered = Standing.NO_ANSWER if silent else Standing.AWAITED
    match prospect:
        case Prospect.OPEN:
            return Circumstances(unanswered)
        case Prospect.WAITING:
            return Circumstances(unanswered, Standing.PENDING)
        case Prospect.SUPERSEDED:
            return Circumstances(unanswered, Standing.MISSED)
        case Prospect.EXPIRED:
            # What is withdrawn has expired as well, so nobody needs to be told of it any more.
            return Circumstances(unanswered, Standing.LAPSED if accepted.alert.is_cancel else Standing.NEVER_CAME)


def count_troubled(reach: Reach, accepted: Accepted, prospect: Prospect, away: int, now: datetime) -> int:
    """Return how many deliveries stand out; `away` of those that have not arrived are of terminals without connection.

    It matters only for an alert that was sent just now: later, whoever has not answered stands out anyway.
    """
    circumstances = circumstances_of(accepted, prospect, now)
    if circumstances.missing is not None:
        return reach.troubled + (reach.missing if circumstances.missing in TROUBLES else 0)
    return reach.troubled + (reach.missing if circumstances.unanswered in TROUBLES else away)


def trouble_of(
    line: Line, accepted: Accepted, presences: Mapping[str, Presence], prospect: Prospect, now: datetime
) -> Trouble | None:
    """Return what stands out about a line."""
    delivery, service = line.delivery, line.terminal.service
    if delivery.received_at is None and delivery.outcome is None and service is Service.IN_SERVICE:
        if prospect in (Prospect.WAITING, Prospect.SUPERSEDED):
            return None
        if prospect is Prospect.EXPIRED:
            return None if accepted.alert.is_cancel else Trouble.EXPIRED
    return trouble(delivery, service, presences.get(line.terminal.id), accepted.alert.sent, now)
