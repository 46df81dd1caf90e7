"""When a terminal keeps quiet of itself: the quiet hours, and the kinds of notice that the household wants unspoken.

Pure; design.md, "Levels", is its source.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` by the clock on the wall, over midnight if `start` is the later one."""

    start: time
    end: time

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when the quiet hours in which `now` lies end, None if it lies in none.

        They begin and end at moments, not at readings of the clock: where the clock is put back over their end, they
        are not entered twice, and where it skips their end, they end as long after the leap as the end lies in it.
        """
        today = now.astimezone(zone).date()
        for evening in (today - timedelta(days=1), today):
            start, end = self._on(evening, zone)
            if start <= now < end:
                return end
        return None

    def _on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        morning = day + timedelta(days=1) if self.start > self.end else day
        # In UTC, since Python compares two times of one zone by the clock on the wall, whatever was done to it between.
        start, end = datetime.combine(day, self.start, zone), datetime.combine(morning, self.end, zone)
        return start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True)
class Manners:
    """What the household wants; `zone` is the town's, `unspoken` are categories of notices."""

    zone: tzinfo = UTC
    quiet_hours: QuietHours | None = None
    unspoken: frozenset[str] = frozenset()

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when it stops being quiet, None if it is not."""
        return self.quiet_hours.until(now, self.zone) if self.quiet_hours else None

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether `now` lies in the quiet hours."""
        return self.quiet_until(now) is not None
