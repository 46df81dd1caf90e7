"""When a terminal keeps quiet of itself: the quiet hours, and the kinds of notice that the household wants unspoken.

Pure; design.md, "Levels", is its source.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` by the clock on the wall, over midnight if `start` is the later one."""

    start: time
    end: time

    def contains(self, moment: time) -> bool:
        """Tell whether it is quiet at this time of day."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True)
class Manners:
    """What the household wants; `zone` is the town's, `unspoken` are categories of notices."""

    zone: tzinfo = UTC
    quiet_hours: QuietHours | None = None
    unspoken: frozenset[str] = frozenset()

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether `now` lies in the quiet hours."""
        return self.quiet_hours is not None and self.quiet_hours.contains(now.astimezone(self.zone).time())
