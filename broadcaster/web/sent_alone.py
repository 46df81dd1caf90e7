"""What went out with a reason instead of the approval that it needs, as the others are told of it."""

from dataclasses import dataclass
from datetime import timedelta

from broadcaster.domain.audience import recipients
from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.authors import author_name
from broadcaster.web.outlook import whom
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, moment
from kokuchi.wire import Level, MessageType

TOLD_FOR = timedelta(days=14)
"""How long the others are told of it."""


@dataclass(frozen=True)
class AloneRow:
    """One emergency or correction that somebody has sent without a second person, and why."""

    identifier: str
    revision: int
    headline: str
    level: Level
    level_word: str
    drill: bool
    is_correction: bool
    whom: str
    author: str
    sent: str
    reason: str


def count_untold(site: Site, account: Account) -> int:
    """Return of how many alerts and corrections that went out with a reason this account has not said that it knows."""
    if not may(account.role, Act.SEND):
        return 0
    return site.ledger.sent_alone.count_untold(account.name, site.clock() - TOLD_FOR)


def untold(site: Site, account: Account) -> tuple[AloneRow, ...]:
    """Return those of which this account has not said that it knows, the newest first."""
    if not may(account.role, Act.SEND):
        return ()
    found = site.ledger.sent_alone.untold(account.name, site.clock() - TOLD_FOR)
    return tuple(_row(site, accepted) for accepted in found)


def _row(site: Site, accepted: Accepted) -> AloneRow:
    alert = accepted.alert
    return AloneRow(
        identifier=alert.identifier,
        revision=alert.revision,
        headline=alert.headline,
        level=alert.level,
        level_word=LEVELS[alert.level],
        drill=alert.is_drill,
        is_correction=alert.message_type is MessageType.UPDATE,
        whom=whom(site.town, alert.audience, recipients(alert.audience, site.ledger.terminals.all())),
        author=author_name(site, accepted.accepted_by),
        sent=moment(alert.sent, site.town.time_zone),
        reason=accepted.why_alone,
    )
