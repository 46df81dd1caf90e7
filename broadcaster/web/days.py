"""From the days of a form's two fields to the moments between which something is searched."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(text: str) -> date | None:
    """Return the day that a field says, None if it says none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moments(since: str, until: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the beginning of the first day and the end of the last one; None without a bound."""
    first, last = day_of(since), day_of(until)
    return (
        _midnight(first, zone) if first else None,
        _midnight(last + timedelta(days=1), zone) if last and last < date.max else None,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
