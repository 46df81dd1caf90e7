"""The running centre's sign of life, for whoever looks from outside, and what the last check of the database said."""

from dataclasses import dataclass
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Beat:
    """When the centre last said that it runs; when the database was last checked, and what was wrong with it."""

    at: datetime
    checked_at: datetime | None
    fault: str


class Heartbeat:
    """The one row that says so."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def beat(self, now: datetime) -> None:
        """Say that the centre runs, and can write."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO heartbeat (id, beat_at) VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at",
                [iso(now)],
            )

    def check_database(self, now: datetime) -> None:
        """Look through the whole database, which takes seconds in a large one, and keep what is wrong with it."""
        fault = "; ".join(self._connections.faults())[:500]
        with self._connections.write() as db:
            db.execute("UPDATE heartbeat SET checked_at = ?, fault = ?", [iso(now), fault])

    def last(self) -> Beat | None:
        """Return the last sign of life, None if the centre has never run."""
        row = self._connections.read().execute("SELECT * FROM heartbeat").fetchone()
        if row is None:
            return None
        checked = datetime.fromisoformat(row["checked_at"]) if row["checked_at"] else None
        return Beat(datetime.fromisoformat(row["beat_at"]), checked, row["fault"])
