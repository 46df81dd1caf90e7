"""Whether a verified alert is taken. Pure."""

from datetime import datetime

from kokuchi.wire import Alert, Membership, Outcome, Refusal


def objection(alert: Alert, membership: Membership, now: datetime) -> tuple[Outcome, str] | None:
    """Return why an alert that the town has signed is not shown or said here, as its delivery's outcome; None if it is.

    What came before is not judged here: the inbox knows each revision that it has seen.
    """
    if not alert.audience.includes(membership):
        return Outcome.REFUSED, Refusal.FOREIGN_AUDIENCE
    if alert.expires <= now:
        return Outcome.EXPIRED, "expired before it arrived"
    return None
