"""What arrived and could not be understood: kept, bounded, so that it can be looked at."""

from collections.abc import Iterable
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire import WireError
from kokuchi.wire.fields import iso

_KEPT_ROWS = 1000
_KEPT_BYTES = 4096


class Quarantine:
    """The last thousand messages that were refused, their first bytes."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def put(self, refused: Iterable[tuple[str, bytes, WireError]], now: datetime) -> None:
        """Keep refused messages, each with its topic and its fault."""
        rows = [
            (iso(now), topic[:200], error.refusal, str(error)[:500], payload[:_KEPT_BYTES])
            for topic, payload, error in refused
        ]
        with self._connections.write() as db:
            # One transaction for all: a flood of nonsense must not hold up the reports that come with it.
            db.executemany(
                "INSERT INTO quarantine (arrived_at, topic, refusal, detail, payload) VALUES (?, ?, ?, ?, ?)", rows
            )
            db.execute("DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", [_KEPT_ROWS])

    def count(self) -> int:
        """Return how many are kept."""
        row = self._connections.read().execute("SELECT count(*) FROM quarantine").fetchone()
        return int(row[0])

    def count_since(self, moment: datetime) -> int:
        """Return how many of those that are kept have arrived since."""
        row = self._connections.read().execute("SELECT count(*) FROM quarantine WHERE arrived_at >= ?", [iso(moment)])
        return int(row.fetchone()[0])
