"""The one who knows what is wrong now: pages, mails, figures and the command ask it alone."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.domain.incident import Incident, Snapshot, Urgency
from broadcaster.domain.judging import judge
from broadcaster.domain.telling import Episode
from broadcaster.ledger import Ledger
from broadcaster.monitoring.gather import Places, gather

__all__ = ["Assessment", "Overseer", "Places"]

RESTS = timedelta(seconds=5)
"""For so long an answer serves everybody who asks."""


@dataclass(frozen=True)
class Assessment:
    """What is wrong, the most urgent first, and what was seen."""

    episodes: Sequence[Episode]
    seen: Snapshot

    @property
    def looked_at(self) -> datetime:
        """When somebody has looked."""
        return self.seen.now

    @property
    def incidents(self) -> list[Incident]:
        """The incidents alone."""
        return [one.incident for one in self.episodes]

    @property
    def urgent(self) -> list[Episode]:
        """What keeps alerts from households, or is about to."""
        return [one for one in self.episodes if one.incident.urgency is Urgency.URGENT]

    @property
    def soon(self) -> list[Episode]:
        """What can wait until tomorrow."""
        return [one for one in self.episodes if one.incident.urgency is Urgency.SOON]


class Overseer:
    """Looks, and remembers for a moment. May be used from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        places: Places | None = None,
        rests: timedelta = RESTS,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._places = places
        self._rests = rests
        self._lock = threading.RLock()
        self._latest: Assessment | None = None

    def now(self) -> Assessment:
        """Return what is wrong as of a few seconds ago at most."""
        # Of those who ask at once one looks, and the others wait for what it sees.
        with self._lock:
            latest = self._latest
            if latest and abs(self._clock() - latest.looked_at) < self._rests:
                return latest
            return self.look()

    def look(self) -> Assessment:
        """Return what is wrong in this moment. Nothing is written: a full disk keeps nobody from seeing that it is."""
        now = self._clock()
        known = {one.incident.identity: one for one in self._ledger.incidents.standing()}
        seen = gather(self._ledger, self._places, now)
        episodes = [
            Episode(0, incident, known[incident.identity].began_at if incident.identity in known else now)
            for incident in judge(seen)
        ]
        with self._lock:
            self._latest = Assessment(episodes, seen)
            return self._latest
