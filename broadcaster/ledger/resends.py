"""Sending an alert again, by hand, to those of its terminals whom it has not reached."""

from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.audit import record
from broadcaster.ledger.progress import WHO
from kokuchi.storage import CONFLICT, Database, Storage
from kokuchi.wire import Audience, AudienceKind, Topics
from kokuchi.wire.fields import iso


class SentAgainMeanwhile(Exception):  # noqa: N818 - reads as what it says
    """Somebody has sent it again, corrected it or withdrawn it since it was looked at, or it has expired or is held."""


@dataclass(frozen=True)
class Resend:
    """An alert was sent to so many terminals once more."""

    at: datetime
    by: str
    terminals: int


class Resends:
    """What was sent again by hand. Terminals know what comes twice, and say nothing twice by themselves."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def of_alert(self, alert_row: int) -> list[Resend]:
        """Return when a revision was sent again, the newest last."""
        rows = self._connections.read().execute("SELECT * FROM resends WHERE alert_id = ? ORDER BY number", [alert_row])
        return [Resend(datetime.fromisoformat(row["at"]), row["by"], row["terminals"]) for row in rows]

    def add(self, accepted: Accepted, number: int, who: str, by: str, now: datetime) -> int:
        """Put a revision into the outbox for those of its terminals that are `who` now (a key of WHO).

        Return how many they are; with none of them nothing is kept. `number` is one more than how often it had been
        sent again when somebody decided to; raises SentAgainMeanwhile if that is not so any more.
        """
        topics = Topics(accepted.alert.town)
        with self._connections.write() as db:
            if not _stands(db, accepted, now):
                raise SentAgainMeanwhile("this revision is not valid any more")
            rows = db.execute(
                "SELECT t.id, t.terminal FROM deliveries AS d"  # noqa: S608 - a constant of ours
                " JOIN terminals AS t ON t.id = d.terminal_id"
                f" WHERE d.alert_id = ? AND t.service = 'in_service' AND {WHO[who]}",
                [accepted.row],
            ).fetchall()
            if not rows:
                return 0
            try:
                db.execute(
                    "INSERT INTO resends (alert_id, number, at, by, terminals) VALUES (?, ?, ?, ?, ?)",
                    [accepted.row, number, iso(now), by, len(rows)],
                )
            except CONFLICT as error:
                raise SentAgainMeanwhile("somebody else has just sent it again") from error
            # What still waits is not put there a second time.
            db.executemany(
                "INSERT INTO outbox (alert_id, topic) SELECT ?1, ?2 WHERE NOT EXISTS"
                " (SELECT 1 FROM outbox WHERE alert_id = ?1 AND topic = ?2 AND state = 'waiting')",
                [(accepted.row, _own_topic(topics, row["terminal"])) for row in rows],
            )
            db.executemany(
                "UPDATE deliveries SET attempts = attempts + 1 WHERE alert_id = ? AND terminal_id = ?",
                [(accepted.row, row["id"]) for row in rows],
            )
            record(db, Entry(by, Deed.RESENT, accepted.alert.identifier, now, str(len(rows))))
        return len(rows)


def _stands(db: Database, accepted: Accepted, now: datetime) -> bool:
    row = db.execute(
        "SELECT max(revision) AS newest, (SELECT count(*) FROM held_alerts WHERE id = ?) AS held"
        " FROM alerts WHERE identifier = ?",
        [accepted.row, accepted.alert.identifier],
    ).fetchone()
    return row["newest"] == accepted.alert.revision and not row["held"] and accepted.alert.expires > now


def _own_topic(topics: Topics, terminal: str) -> str:
    [topic] = topics.of_audience(Audience(kind=AudienceKind.TERMINALS, members=(terminal,)))
    return topic
