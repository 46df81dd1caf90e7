"""What is still to be published. A row waits until the broker has answered: nothing is forgotten."""

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


Outcome = tuple[Publication, str | None]
"""That the broker has taken a publication (None), or why not."""


@dataclass(frozen=True)
class Backlog:
    """What waits, and why."""

    waiting: int
    last_failure: str


class Outbox:
    """The publications of accepted alerts, for the one publisher that a ledger has.

    Whoever asks for what waits says `state = 'waiting'`, word for word: only then SQLite uses the index
    `outbox_waiting`, and does not read the publications of years.
    """

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def republish(self, now: datetime) -> None:
        """Publish every alert that has not expired once more: the broker may have lost what it had."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE outbox SET state = 'waiting' WHERE state = 'published' AND alert_id IN"
                " (SELECT id FROM alerts WHERE expires_at > ?)",
                [iso(now)],
            )

    def due(self, now: datetime, limit: int = 100) -> list[Publication]:
        """Return what is to be published, oldest first; what has expired meanwhile waits no more.

        Nothing is written of an attempt before it is made: if the centre dies in its midst, the row still waits.
        """
        rows = (
            self._connections.read()
            .execute(
                "SELECT o.id, o.alert_id, o.topic, a.expires_at <= ? AS expired FROM outbox AS o"
                " JOIN alerts AS a ON a.id = o.alert_id WHERE o.state = 'waiting' ORDER BY o.id LIMIT ?",
                [iso(now), limit],
            )
            .fetchall()
        )
        if any(row["expired"] for row in rows):
            self._give_up(now)
        return [Publication(row["id"], row["alert_id"], row["topic"]) for row in rows if not row["expired"]]

    def _give_up(self, now: datetime) -> None:
        with self._connections.write() as db:
            db.execute(
                "UPDATE outbox SET state = 'expired' WHERE state = 'waiting'"
                " AND EXISTS (SELECT 1 FROM alerts WHERE id = alert_id AND expires_at <= ?)",
                [iso(now)],
            )

    def has_waiting(self) -> bool:
        """Tell whether something has not gone out, or nobody knows yet that it has."""
        row = self._connections.read().execute("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1").fetchone()
        return row is not None

    def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Record what has become of attempts; what the broker has not taken waits for the next one."""
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
            .execute("SELECT count(*) AS n, max(failure) AS f FROM outbox WHERE state = 'waiting'")
            .fetchone()
        )
        return Backlog(row["n"], row["f"] or "")

    def waiting_alerts(self) -> set[int]:
        """Return the rows of the alerts of which something has not gone out."""
        rows = self._connections.read().execute("SELECT DISTINCT alert_id FROM outbox WHERE state = 'waiting'")
        return {row["alert_id"] for row in rows}

    def oldest_waiting(self) -> datetime | None:
        """Return since when the oldest alert waits of which something has not gone out; None if nothing waits."""
        row = (
            self._connections.read()
            .execute(
                "SELECT min(a.sent_at) FROM outbox AS o JOIN alerts AS a ON a.id = o.alert_id WHERE o.state = 'waiting'"
            )
            .fetchone()
        )
        return datetime.fromisoformat(row[0]) if row[0] else None
