"""Whether a verified alert is taken. Pure."""

from datetime import datetime

from kokuchi.wire import Alert, Membership, Outcome, Refusal

Objection = tuple[Outcome, str]
"""Why an alert that the town has signed is not shown or said here, as its delivery's outcome and reason."""


def objection(alert: Alert, membership: Membership, now: datetime) -> Objection | None:
    """Return the objection to an alert, if there is one.

    What came before is not judged here: the inbox knows each revision that it has seen.
    """
    return wrong_audience(alert, membership) or expired(alert, now)


def wrong_audience(alert: Alert, membership: Membership) -> Objection | None:
    """Object to an alert for others."""
    return None if alert.audience.includes(membership) else (Outcome.REFUSED, Refusal.FOREIGN_AUDIENCE)


def expired(alert: Alert, now: datetime) -> Objection | None:
    """Object to an alert that is no longer valid."""
    return (Outcome.EXPIRED, "expired before it arrived") if alert.expires <= now else None
