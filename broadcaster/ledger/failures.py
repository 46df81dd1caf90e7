"""Log-ins that failed, counted so that whoever guesses has to wait, also after a restart."""

from datetime import datetime

from broadcaster.domain.guessing import FORGOTTEN_AFTER, Failures
from kokuchi.storage import Database, Storage
from kokuchi.wire.fields import iso

ANY = ""
"""In place of a name or an address: whatever it was."""


class FailureCounts:
    """Counts by the keyed hash of a name and by address."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def get(self, name_hash: str, address: str) -> Failures | None:
        """Return what went wrong with a name from an address."""
        row = (
            self._connections.read()
            .execute("SELECT * FROM failures WHERE name_hash = ? AND address = ?", [name_hash, address])
            .fetchone()
        )
        return Failures(row["count"], datetime.fromisoformat(row["last_at"])) if row else None

    def add(self, db: Database, name_hash: str, address: str, now: datetime) -> Failures:
        """Count one more within a transaction, after those that are to be forgotten; return what it is now."""
        db.execute("DELETE FROM failures WHERE last_at <= ?", [iso(now - FORGOTTEN_AFTER)])
        db.execute(
            "INSERT INTO failures VALUES (?, ?, 1, ?) ON CONFLICT (name_hash, address) DO UPDATE"
            " SET count = failures.count + 1, last_at = excluded.last_at",
            [name_hash, address, iso(now)],
        )
        row = db.execute("SELECT count FROM failures WHERE name_hash = ? AND address = ?", [name_hash, address])
        return Failures(row.fetchone()[0], now)

    def forget(self, db: Database, name_hash: str, address: str | None = None) -> None:
        """Forget a name's failures within a transaction, from one address or from all."""
        where, more = ("", []) if address is None else (" AND address = ?", [address])
        db.execute(f"DELETE FROM failures WHERE name_hash = ?{where}", [name_hash, *more])  # noqa: S608 - a constant
