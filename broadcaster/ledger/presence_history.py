"""How each terminal was over time: when it came, went, or said that something is wrong."""

from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.delivery import Fault
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class PresenceChange:
    """From `at` on, by the centre's clock, a terminal was connected or not, and had these faults."""

    at: datetime
    online: bool
    faults: tuple[Fault, ...] = ()


class PresenceHistory:
    """The changes of presence, which broadcaster.ledger.presences writes."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def of(self, terminal: str, since: datetime) -> list[PresenceChange]:
        """Return a terminal's changes from a time on, oldest first, after the one that stood at that time."""
        rows = self._connections.read().execute(
            "WITH mine AS (SELECT c.* FROM presence_changes AS c"
            "  WHERE c.terminal_id = (SELECT id FROM terminals WHERE terminal = :terminal))"
            " SELECT * FROM (SELECT * FROM mine WHERE at <= :since ORDER BY at DESC, id DESC LIMIT 1) AS earlier"
            " UNION ALL SELECT * FROM mine WHERE at > :since ORDER BY at, id",
            {"terminal": terminal, "since": iso(since)},
        )
        return [
            PresenceChange(
                datetime.fromisoformat(row["at"]),
                bool(row["online"]),
                tuple(Fault(word) for word in row["faults"].split(",") if word),
            )
            for row in rows
        ]

    def prune(self, before: datetime) -> int:
        """Forget what was before a time, but how each terminal was at that time; return how many rows went.

        400 days are enough for whoever asks how a terminal was a year ago.
        """
        with self._connections.write() as db:
            return db.execute(
                "DELETE FROM presence_changes AS old WHERE at < :before AND EXISTS"
                " (SELECT 1 FROM presence_changes AS later WHERE later.terminal_id = old.terminal_id"
                "  AND later.at <= :before AND (later.at, later.id) > (old.at, old.id))",
                {"before": iso(before)},
            ).rowcount
