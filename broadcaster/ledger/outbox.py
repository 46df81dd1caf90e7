"""What is still to be published. A row is claimed before the attempt and settled after it: nothing is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Publication:
    """One topic on which an alert is to be published."""

    row: int
    alert_row: int
    topic: str


@dataclass(frozen=True)
class Backlog:
    """What waits, and why."""

    waiting: int
    last_failure: str


class Outbox:
    """The publications of accepted alerts.

    Who asks for what waits says `state IN ('waiting', 'claimed')` too, word for word: only then SQLite uses the index
    `outbox_open`, and does not read the publications of years.
    """

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def release(self) -> None:
        """Let go of what an earlier run had claimed and not settled; terminals know a message that comes twice."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE outbox SET state = 'waiting' WHERE state IN ('waiting', 'claimed') AND state = 'claimed'"
            )

    def republish(self, now: datetime) -> None:
        """Publish every alert that has not expired once more: the broker may have lost what it had."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE outbox SET state = 'waiting' WHERE state = 'published' AND alert_id IN"
                " (SELECT id FROM alerts WHERE expires_at > ?)",
                [iso(now)],
            )

    def claim(self, now: datetime, limit: int = 100) -> list[Publication]:
        """Take what waits, oldest first, and record the attempt before it is made."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE outbox SET state = 'expired' WHERE state IN ('waiting', 'claimed') AND state = 'waiting'"
                " AND EXISTS (SELECT 1 FROM alerts WHERE id = alert_id AND expires_at <= ?)",
                [iso(now)],
            )
            rows = db.execute(
                "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, attempted_at = ? WHERE id IN"
                " (SELECT id FROM outbox WHERE state IN ('waiting', 'claimed') AND state = 'waiting'"
                " ORDER BY id LIMIT ?) AND state = 'waiting'"
                " RETURNING id, alert_id, topic",
                [iso(now), limit],
            ).fetchall()
        return sorted(
            (Publication(row["id"], row["alert_id"], row["topic"]) for row in rows), key=lambda item: item.row
        )

    def has_waiting(self) -> bool:
        """Tell whether there is anything to claim, without writing."""
        row = (
            self._connections.read()
            .execute("SELECT 1 FROM outbox WHERE state IN ('waiting', 'claimed') AND state = 'waiting' LIMIT 1")
            .fetchone()
        )
        return row is not None

    def settle(self, outcomes: Sequence[tuple[Publication, str | None]], now: datetime) -> None:
        """Record for each attempt that the broker has taken it (None), or why not; then it waits for the next one."""
        with self._connections.write() as db:
            for publication, failure in outcomes:
                db.execute(
                    "UPDATE outbox SET state = ?, published_at = ?, failure = ? WHERE id = ?",
                    [
                        "waiting" if failure else "published",
                        None if failure else iso(now),
                        (failure or "")[:200],
                        publication.row,
                    ],
                )

    def backlog(self) -> Backlog:
        """Return what has not gone out."""
        row = (
            self._connections.read()
            .execute("SELECT count(*) AS n, max(failure) AS f FROM outbox WHERE state IN ('waiting', 'claimed')")
            .fetchone()
        )
        return Backlog(row["n"], row["f"] or "")

    def waiting_alerts(self) -> set[int]:
        """Return the rows of the alerts of which something has not gone out."""
        rows = self._connections.read().execute(
            "SELECT DISTINCT alert_id FROM outbox WHERE state IN ('waiting', 'claimed')"
        )
        return {row["alert_id"] for row in rows}

    def oldest_waiting(self) -> datetime | None:
        """Return since when the oldest alert waits of which something has not gone out; None if nothing waits."""
        row = (
            self._connections.read()
            .execute(
                "SELECT min(a.sent_at) FROM outbox AS o JOIN alerts AS a ON a.id = o.alert_id"
                " WHERE o.state IN ('waiting', 'claimed')"
            )
            .fetchone()
        )
        return datetime.fromisoformat(row[0]) if row[0] else None
