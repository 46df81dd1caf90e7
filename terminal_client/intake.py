"""Whether a verified alert is taken. Pure."""

from datetime import datetime

from kokuchi.wire import Alert, Membership, Outcome, Refusal

Objection = tuple[Outcome, str]
"""Why an alert that the town has signed is not shown or said here, as its delivery's outcome and reason."""


def objection(alert: Alert, membership: Membership, now: datetime | None, *, follows: bool) -> Objection | None:
    """Return the objection to an alert, if there is one; without a time that is known, expiry is none.

    What came before is not judged here: the inbox knows each revision that it has seen. One that `follows` on what was
    taken here corrects or withdraws it, wherever the terminal belongs by now.
    """
    if not follows and not alert.audience.includes(membership):
        return (Outcome.REFUSED, Refusal.FOREIGN_AUDIENCE)
    return expired(alert, now) if now else None


def expired(alert: Alert, now: datetime) -> Objection | None:
    """Object to an alert that is no longer valid."""
    return (Outcome.EXPIRED, "expired before it arrived") if alert.expires <= now else None
