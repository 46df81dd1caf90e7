"""What a ledger that was restored does not know, and holds back until somebody has looked at it.

Between the backup and the loss an alert may have been corrected or withdrawn, a planned one may have gone out or been
called off. So nothing that is older than the backup goes out by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.delivery import reminder_after
from broadcaster.ledger.audit import record
from broadcaster.ledger.presences import take_for_away
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire import Alert, DeliveryReport, MessageType
from kokuchi.wire.fields import iso

LIFT = 1000
"""By how much a restore raises every revision that terminals compare: more than anybody changes between two backups."""

LEAP = 100
"""How many revisions of one alert may have been lost."""

_REVISIONS_OF_THEIR_OWN = {"alerts", "dictionary_changes", "requests"}
"""Tables whose column `revision` tells of something that was, and not of what terminals are to take."""

_NOTE = (
    "サーバーを控え（バックアップ）から元にもどしたので、予約をいったん止めました。"
    "内容と日時を確かめてから、出しなおしてください。"
)


@dataclass(frozen=True)
class Held:
    """An alert that waits for somebody to say whether it still stands.

    `surpassed_by` is a revision that terminals know and this ledger does not: it was corrected or withdrawn.
    """

    alert: Alert
    held_at: datetime
    surpassed_by: int | None

    def stands(self, now: datetime) -> bool:
        """Tell whether it has not expired."""
        return self.alert.expires > now


@dataclass(frozen=True)
class Restored:
    """What a restore has changed in the ledger: how many alerts wait, and how many planned sendings were taken back."""

    held: int
    taken_back: int


class Recovery:
    """The first hours of a restored ledger."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def begin(self, backup_made_at: datetime, now: datetime) -> Restored:
        """Make a restored ledger safe to be run, in one transaction.

        Alerts that have not expired are held, but for withdrawn ones: a withdrawal is never taken back. What was
        planned goes back to its author. Sessions, links and enrolment codes end, since one that was used up after the
        backup would open again. Revisions are lifted.
        """
        with self._connections.write() as db:
            held = db.execute(
                "UPDATE alerts SET held_at = ?1, released_at = NULL, remind_at = NULL"
                " WHERE expires_at > ?1 AND identifier NOT IN"
                " (SELECT identifier FROM alerts WHERE json_extract(payload, '$.message_type') = ?2)",
                [iso(now), MessageType.CANCEL],
            ).rowcount
            db.execute(
                "UPDATE outbox SET state = 'expired', failure = 'held after a restore'"
                " WHERE alert_id IN (SELECT id FROM held_alerts)"
            )
            db.execute(
                "UPDATE deliveries SET next_attempt_at = NULL"
                " WHERE received_at IS NULL AND alert_id IN (SELECT id FROM held_alerts)"
            )
            taken_back = _take_back(db, now)
            db.execute("UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL", [iso(now)])
            for table in ("password_links", "enrolment_codes"):
                # The names are the two above.
                db.execute(
                    f"UPDATE {table} SET superseded_at = ? WHERE used_at IS NULL AND superseded_at IS NULL",  # noqa: S608
                    [iso(now)],
                )
            take_for_away(db, now)
            _lift(db, self._connections.columns())
            db.execute(
                "INSERT INTO restores (backup_made_at, restored_at) VALUES (?, ?)", [iso(backup_made_at), iso(now)]
            )
            record(db, Entry(SHELL, Deed.RESTORED, "", now, iso(backup_made_at)))
        return Restored(held, taken_back)

    def held(self) -> list[Held]:
        """Return the newest revision of each alert that waits for somebody, the oldest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM held_alerts AS a WHERE revision ="
            # So written it keeps SQLite from reading all alerts in the order of time instead of the few that are held.
            " (SELECT max(revision) FROM alerts WHERE identifier = a.identifier) ORDER BY sent_at || '', id"
        )
        return [_held(row) for row in rows]

    def is_held(self, alert_row: int) -> bool:
        """Tell whether the revision in a row waits for somebody."""
        found = self._connections.read().execute("SELECT 1 FROM held_alerts WHERE id = ?", [alert_row])
        return found.fetchone() is not None

    def count_held(self, now: datetime) -> int:
        """Return how many alerts wait for somebody and have not expired."""
        return sum(held.stands(now) for held in self.held())

    def release(self, identifier: str, by: str, now: datetime) -> bool:
        """Let an alert stand as it is and go out; return False if it waits for nobody any more.

        Nor does one that somebody has corrected or withdrawn since the restore.
        """
        with self._connections.write() as db:
            row = db.execute(
                "SELECT id FROM held_alerts WHERE identifier = ?1"
                " AND revision = (SELECT max(revision) FROM alerts WHERE identifier = ?1)",
                [identifier],
            ).fetchone()
            if row is None:
                return False
            db.execute(
                "UPDATE alerts SET released_at = ? WHERE identifier = ? AND held_at IS NOT NULL", [iso(now), identifier]
            )
            db.execute("UPDATE outbox SET state = 'waiting', failure = '' WHERE alert_id = ?", [row["id"]])
            unreached = db.execute(
                "UPDATE deliveries SET next_attempt_at = ? WHERE received_at IS NULL AND alert_id = ?"
                " AND terminal_id IN (SELECT id FROM terminals WHERE service = 'in_service')",
                [iso(now + reminder_after(0)), row["id"]],
            ).rowcount
            record(db, Entry(by, Deed.RESENT, identifier, now, str(unreached)))
        return True

    def note_surpassed(self, reports: Iterable[DeliveryReport]) -> None:
        """Note which held alerts terminals know in a later revision than this ledger does."""
        if self._connections.read().execute("SELECT 1 FROM held_alerts LIMIT 1").fetchone() is None:
            return
        with self._connections.write() as db:
            db.executemany(
                "UPDATE alerts SET surpassed_by = max(ifnull(surpassed_by, 0), ?1)"
                " WHERE identifier = ?2 AND held_at IS NOT NULL AND released_at IS NULL"
                " AND ?1 > (SELECT max(revision) FROM alerts WHERE identifier = ?2)",
                [(report.revision, report.alert) for report in reports],
            )


def beyond_what_was_lost(db: Database, alert: Alert) -> Alert:
    """Return a later revision of an alert that a restore has held, with a number that no terminal has seen yet."""
    before = db.execute(
        "SELECT max(ifnull(surpassed_by, 0), revision) AS known FROM alerts"
        " WHERE identifier = ? AND revision = ? AND held_at IS NOT NULL",
        [alert.identifier, alert.revision - 1],
    ).fetchone()
    return alert if before is None else alert.model_copy(update={"revision": before["known"] + LEAP})


def _take_back(db: Database, now: datetime) -> int:
    """Note what should have gone out meanwhile as missed, and give everything that is planned back to its author."""
    db.execute(
        "INSERT INTO occurrences (identifier, at, outcome, detail, happened_at)"
        " SELECT identifier, next_at, 'missed', '', ?1 FROM submissions WHERE state = 'planned' AND next_at <= ?1"
        " ON CONFLICT DO NOTHING",
        [iso(now)],
    )
    return db.execute(
        "UPDATE submissions SET state = 'returned', next_at = NULL, note = ?, noted_by = ? WHERE state = 'planned'",
        [_NOTE, SHELL],
    ).rowcount


def _lift(db: Database, tables: Mapping[str, frozenset[str]]) -> None:
    for table, columns in tables.items():
        if table in _REVISIONS_OF_THEIR_OWN or "revision" not in columns:
            continue
        also = ", payload = json_set(payload, '$.revision', revision + ?1)" if "payload" in columns else ""
        # The names are those of the ledger's own tables.
        db.execute(f'UPDATE "{table}" SET revision = revision + ?1{also} WHERE revision > 0', [LIFT])  # noqa: S608


def _held(row: Row) -> Held:
    return Held(Alert.model_validate_json(row["payload"]), datetime.fromisoformat(row["held_at"]), row["surpassed_by"])
