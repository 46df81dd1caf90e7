"""Who is connected and yet says nothing of an alert: it is sent to them again, each attempt recorded beforehand."""

from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.delivery import reminder_after
from kokuchi.storage import Database, Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Reminder:
    """An alert that is due to be sent to one terminal again."""

    alert_row: int
    terminal: str


class Reminders:
    """The deliveries that nobody has answered for."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def are_due(self, now: datetime) -> bool:
        """Tell whether there is anything to claim, without writing."""
        row = (
            self._connections.read()
            .execute(
                "SELECT 1 FROM alerts WHERE remind_at <= ?1 UNION ALL"
                " SELECT 1 FROM deliveries WHERE next_attempt_at <= ?1 AND received_at IS NULL LIMIT 1",
                [iso(now)],
            )
            .fetchone()
        )
        return row is not None

    def claim(self, now: datetime, limit: int = 200) -> list[Reminder]:
        """Record an attempt for each terminal that is due and connected, and return them.

        One that is not connected asks by itself when it comes back (sync), so it is only looked at again later. Alerts
        that have expired or were corrected or withdrawn are not sent again.
        """
        with self._connections.write() as db:
            _begin(db, now)
            db.execute(
                "UPDATE deliveries SET next_attempt_at = NULL WHERE next_attempt_at <= ?1 AND received_at IS NULL"
                # Not `alert_id IN`: that would read every delivery of all alerts that ever expired.
                " AND EXISTS (SELECT 1 FROM alerts AS a WHERE a.id = alert_id AND (a.expires_at <= ?1 OR EXISTS"
                " (SELECT 1 FROM alerts AS b WHERE b.identifier = a.identifier AND b.revision > a.revision)))",
                [iso(now)],
            )
            rows = db.execute(
                "SELECT d.alert_id, d.terminal_id, d.attempts, t.terminal, ifnull(p.online, 0) AS online"
                " FROM deliveries AS d JOIN terminals AS t ON t.id = d.terminal_id"
                " LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id"
                " WHERE d.next_attempt_at <= ? AND d.received_at IS NULL ORDER BY d.next_attempt_at LIMIT ?",
                [iso(now), limit],
            ).fetchall()
            db.executemany(
                "UPDATE deliveries SET attempts = attempts + ?, next_attempt_at = ?"
                " WHERE alert_id = ? AND terminal_id = ?",
                [
                    (row["online"], iso(now + reminder_after(row["attempts"] + 1)), row["alert_id"], row["terminal_id"])
                    for row in rows
                ],
            )
        return [Reminder(row["alert_id"], row["terminal"]) for row in rows if row["online"]]


def _begin(db: Database, now: datetime) -> None:
    """Let whoever has not answered for an alert by its first reminder be due from then on."""
    db.execute(
        "UPDATE deliveries SET next_attempt_at = ?1 WHERE received_at IS NULL AND next_attempt_at IS NULL"
        " AND alert_id IN (SELECT id FROM alerts WHERE remind_at <= ?1)"
        " AND terminal_id IN (SELECT id FROM terminals WHERE service = 'in_service')",
        [iso(now)],
    )
    db.execute("UPDATE alerts SET remind_at = NULL WHERE remind_at <= ?", [iso(now)])
