"""When something is said again by itself: after a device failed, and an emergency until somebody confirms it. Pure."""

from datetime import datetime, timedelta

from terminal_client.agenda.state import Item

FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=10)
"""A sound device that vanished is tried again after this time, then after twice as long each time."""

_ENOUGH = 10
"""So often doubled it is longer than the longest; much more often, it is longer than Python can count."""

REPEAT, LATER_REPEAT = timedelta(minutes=3), timedelta(minutes=10)
"""How long after its end an emergency that nobody has confirmed is said again: in the first half hour, and later."""

OFTEN = timedelta(minutes=30)
"""For so long it is said often; later it is for who comes home, and an empty house need not shout all day."""


def retry_at(failures: int, now: datetime) -> datetime:
    """Return when to try again what has failed so many times before."""
    return now + min(LAST_RETRY, FIRST_RETRY * float(2 ** min(failures, _ENOUGH)))


def repeat_at(item: Item, voiced_at: datetime, now: datetime) -> datetime | None:
    """Return when it is to be said again, having been said until now, and first at `voiced_at`. A withdrawal is not."""
    if not item.is_emergency or item.alert.is_cancel:
        return None
    return now + (REPEAT if now - voiced_at < OFTEN else LATER_REPEAT)


def is_to_be_repeated(item: Item) -> bool:
    """Tell whether it is said again once its time has come."""
    return item.repeat_at is not None and item.is_open
