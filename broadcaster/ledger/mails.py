"""The mails to the operators: kept until a mail server has taken them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.domain.telling import Telling, Told
from broadcaster.ledger.incidents import Incidents, note_told
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

LONGEST_WAIT = timedelta(minutes=30)
_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Mail:
    """A mail; `message_id` stays the same when it is tried again, so that a server knows what comes twice."""

    row: int
    message_id: str
    subject: str
    body: str
    made_at: datetime
    attempts: int


class Mails:
    """What was written, and what of it has gone out."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections
        self._incidents = Incidents(connections)

    def told(self) -> Told:
        """Return what was written when."""
        row = (
            self._connections.read()
            .execute("SELECT max(made_at) AS newest, max(made_at) FILTER (WHERE digest = 1) AS digest FROM mails")
            .fetchone()
        )
        newest, digest = (datetime.fromisoformat(row[name]) if row[name] else None for name in ("newest", "digest"))
        return Told(newest, self._incidents.last_told(), digest)

    def write(self, message_id: str, subject: str, body: str, telling: Telling, now: datetime) -> None:
        """Keep a mail, and that it tells of these incidents, in one transaction."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO mails (message_id, digest, subject, body, made_at, next_attempt_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [message_id, bool(telling.standing), subject, body, iso(now), iso(now)],
            )
            # The daily one tells also of what would have been told next.
            untold = [one for one in telling.standing if one.told_at is None]
            note_told(db, [*telling.begun, *untold], telling.ended, now)
            db.execute("DELETE FROM mails WHERE sent_at <= ?", [iso(now - _KEPT)])

    def forget_waiting(self) -> None:
        """Drop what no server has taken: there is nobody any more to send it."""
        if self.oldest_waiting():
            with self._connections.write() as db:
                db.execute("DELETE FROM mails WHERE sent_at IS NULL")

    def oldest_waiting(self) -> datetime | None:
        """Return since when the oldest mail waits that no server has taken."""
        row = self._connections.read().execute("SELECT min(made_at) FROM mails WHERE sent_at IS NULL").fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def due(self, now: datetime) -> list[Mail]:
        """Return what is to be tried now, the oldest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM mails WHERE sent_at IS NULL AND next_attempt_at <= ? ORDER BY id", [iso(now)]
        )
        return [
            Mail(
                row["id"],
                row["message_id"],
                row["subject"],
                row["body"],
                datetime.fromisoformat(row["made_at"]),
                row["attempts"],
            )
            for row in rows
        ]

    def settle(self, mail: Mail, failure: str | None, now: datetime) -> None:
        """Keep that a server has taken a mail (None), or why not; it is tried again, less and less often."""
        wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(mail.attempts, 10)))
        with self._connections.write() as db:
            db.execute(
                "UPDATE mails SET sent_at = ?, attempts = attempts + 1, next_attempt_at = ?, failure = ? WHERE id = ?",
                [None if failure else iso(now), iso(now + wait), (failure or "")[:500], mail.row],
            )
