"""The centre's starts of the last day, and which of them ended in order."""

from datetime import datetime, timedelta

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

_KEPT = timedelta(days=1)


class Starts:
    """One row for each start; the newest may run still."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def begin(self, now: datetime) -> None:
        """Note that the centre was started."""
        with self._connections.write() as db:
            db.execute("DELETE FROM starts WHERE started_at < ?", [iso(now - _KEPT)])
            db.execute("INSERT INTO starts (started_at) VALUES (?)", [iso(now)])

    def end(self, now: datetime) -> None:
        """Note that the one that was started last ends because it was told to."""
        with self._connections.write() as db:
            db.execute("UPDATE starts SET ended_at = ? WHERE id = (SELECT max(id) FROM starts)", [iso(now)])

    def crashes_since(self, moment: datetime) -> int:
        """Return how many that were started since then have ended though nobody had told them to."""
        rows = self._connections.read().execute(
            "SELECT count(*) FROM starts WHERE ended_at IS NULL AND started_at >= ?"
            " AND id < (SELECT max(id) FROM starts)",
            [iso(moment)],
        )
        return int(rows.fetchone()[0])
