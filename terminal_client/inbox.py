"""What the terminal holds, in SQLite: alerts as they were signed, what happened to each, and what is still to be told.

An alert is committed here before the broker is told that it arrived; what happened is committed before it is reported.
`told` and `recorded` count changes: what the broker has taken, and what the centre has said to be in its ledger.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kokuchi.database import Connections
from kokuchi.tables import Database
from kokuchi.wire import Alert, DeliveryReport, Dictionary, Outcome, Silence, TerminalSettings, WireError
from kokuchi.wire.fields import iso
from terminal_client.household import Key
from terminal_client.intake import Objection
from terminal_client.migrations import migrations

KEPT_ALERTS = 200
KEPT_SEEN = 10_000
"""Revisions are remembered long after their alerts were pruned, so that a replay is known even without a clock."""

KEPT_REFUSED = 100
_KEPT_BYTES = 1024
_MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")


@dataclass(frozen=True)
class Held:
    """A report of what the inbox holds, and the change up to which it tells."""

    report: DeliveryReport
    changes: int


class Inbox:
    """Open the inbox at a path, making or migrating it; raises DatabaseUnusable. May be used from any thread."""

    def __init__(self, path: Path, terminal: str) -> None:
        self._connections = Connections(path, migrations)
        self._terminal = terminal

    def close(self) -> None:
        """Close the database."""
        self._connections.close()

    def add(self, alert: Alert, now: datetime, objection: Objection | None = None, *, judged: bool = True) -> bool:
        """Commit a verified alert; tell whether it is new here and is to be shown and said.

        With an objection it is only remembered and reported; unjudged, it waits for `judge`. An older revision than one
        that was ever here is not taken: a withdrawn or corrected text does not come back, however often it is sent.
        """
        with self._connections.write() as db:
            newest = db.execute("SELECT max(revision) FROM seen WHERE alert = ?", [alert.identifier]).fetchone()[0]
            added = db.execute(
                "INSERT INTO seen (alert, revision) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [alert.identifier, alert.revision],
            ).rowcount
            if not added:
                return False
            if newest is not None and newest > alert.revision:
                objection = (Outcome.CANCELLED, "a newer revision was here first")
            db.execute(
                "INSERT INTO alerts (alert, revision, expires_at, payload, received_at, outcome, reason, judged)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    alert.identifier,
                    alert.revision,
                    iso(alert.expires),
                    None if objection else alert.model_dump_json(exclude_none=True),
                    iso(now),
                    *(objection or (None, "")),
                    objection is not None or judged,
                ],
            )
            self._prune(db, now)
        return objection is None and judged

    def has_taken(self, alert: Alert) -> bool:
        """Tell whether an earlier revision of an alert was taken."""
        statement = "SELECT 1 FROM alerts WHERE alert = ? AND revision < ? AND payload IS NOT NULL LIMIT 1"
        row = self._connections.read().execute(statement, [alert.identifier, alert.revision]).fetchone()
        return row is not None

    def unjudged(self) -> list[Alert]:
        """Return the alerts that wait for the time to be known, in the order of arrival."""
        rows = self._connections.read().execute("SELECT payload FROM alerts WHERE NOT judged ORDER BY arrival")
        return [Alert.model_validate_json(row["payload"]) for row in rows]

    def judge(self, alert: Alert, objection: Objection | None, now: datetime) -> bool:
        """Commit that an alert is taken, or why not; tell whether it was still to be judged. It is judged once.

        `now` is a time that is known; the one at which it arrived was not, and may lie in the future.
        """
        with self._connections.write() as db:
            judged = db.execute(
                "UPDATE alerts SET judged = 1, payload = CASE WHEN ? THEN NULL ELSE payload END,"
                " outcome = ?, reason = ?, received_at = min(received_at, ?), changes = changes + 1"
                " WHERE alert = ? AND revision = ? AND NOT judged",
                [objection is not None, *(objection or (None, "")), iso(now), alert.identifier, alert.revision],
            ).rowcount
        return judged > 0

    def reach(self, key: Key, moment: str, now: datetime) -> None:
        """Commit that a stage was reached; the first time that it was stays."""
        if moment not in _MOMENTS:
            raise ValueError(f"{moment} is not a stage")
        with self._connections.write() as db:
            db.execute(
                f"UPDATE alerts SET {moment} = ?, changes = changes + 1"  # noqa: S608 - one of the names above
                f" WHERE alert = ? AND revision = ? AND {moment} IS NULL",
                [iso(now), key.alert, key.revision],
            )

    def voiced_by(self, key: Key, dictionary: int) -> None:
        """Commit by which revision of the dictionary an alert is being said; of several the highest stays."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE alerts SET dictionary = ?1, changes = changes + 1"
                " WHERE alert = ?2 AND revision = ?3 AND ifnull(dictionary, 0) < ?1",
                [dictionary, key.alert, key.revision],
            )

    def keep_dictionary(self, dictionary: Dictionary) -> bool:
        """Commit a verified dictionary in place of an older one; tell whether it is newer than the one held."""
        with self._connections.write() as db:
            kept = db.execute(
                "INSERT INTO dictionary (id, revision, payload) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " revision = excluded.revision, payload = excluded.payload WHERE excluded.revision > revision",
                [dictionary.revision, dictionary.model_dump_json(exclude_none=True)],
            ).rowcount
        return kept > 0

    def dictionary(self) -> Dictionary | None:
        """Return the dictionary that is held."""
        row = self._connections.read().execute("SELECT payload FROM dictionary").fetchone()
        return Dictionary.model_validate_json(row["payload"]) if row else None

    def keep_settings(self, settings: TerminalSettings, granted: str) -> bool:
        """Commit verified settings in place of older ones or of another grant's; tell whether they are newer."""
        with self._connections.write() as db:
            kept = db.execute(
                "INSERT INTO settings (id, revision, granted, payload) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET revision = excluded.revision, granted = excluded.granted, payload = excluded.payload"
                " WHERE excluded.revision > revision OR excluded.granted <> granted",
                [settings.revision, granted, settings.model_dump_json(exclude_none=True)],
            ).rowcount
        return kept > 0

    def settings(self, granted: str) -> TerminalSettings | None:
        """Return the settings that were told in place of this grant."""
        row = self._connections.read().execute("SELECT payload FROM settings WHERE granted = ?", [granted]).fetchone()
        return TerminalSettings.model_validate_json(row["payload"]) if row else None

    def end(self, key: Key, outcome: Outcome, reason: str) -> None:
        """Commit why the delivery will not go the whole way."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE alerts SET outcome = ?, reason = ?, changes = changes + 1 WHERE alert = ? AND revision = ?",
                [outcome, reason[:200], key.alert, key.revision],
            )

    def withhold(self, key: Key, silence: Silence) -> None:
        """Commit why an alert is not said by itself; of several reasons the one of the highest rank stays."""
        lower = json.dumps([other for other in Silence if other.rank < silence.rank])
        with self._connections.write() as db:
            db.execute(
                "UPDATE alerts SET silence = ?, changes = changes + 1 WHERE alert = ? AND revision = ?"
                " AND (silence IS NULL OR silence IN (SELECT value FROM json_each(?)))",
                [silence, key.alert, key.revision, lower],
            )

    def taken(self) -> list[tuple[Alert, DeliveryReport]]:
        """Return every alert that was taken, in the order of arrival, with its report."""
        rows = self._connections.read().execute(
            "SELECT * FROM alerts WHERE judged AND payload IS NOT NULL ORDER BY arrival"
        )
        return [(Alert.model_validate_json(row["payload"]), self._report(row)) for row in rows]

    def untold(self, limit: int = 100) -> list[Held]:
        """Return the reports that the broker has not taken in their present form."""
        return self._held("told < changes ORDER BY arrival LIMIT ?", [limit])

    def active_or_unrecorded(self, now: datetime, limit: int = 200) -> list[Held]:
        """Return what a sync must say: valid alerts, and reports that the centre has not confirmed; newest first."""
        return self._held("expires_at > ? OR recorded < changes ORDER BY arrival DESC LIMIT ?", [iso(now), limit])

    def has_unrecorded(self) -> bool:
        """Tell whether there are reports that the centre has not confirmed."""
        row = self._connections.read().execute("SELECT 1 FROM alerts WHERE recorded < changes LIMIT 1").fetchone()
        return row is not None

    def mark_told(self, held: Iterable[Held]) -> None:
        """Commit that the broker has taken these reports."""
        self._mark("UPDATE alerts SET told = max(told, ?) WHERE alert = ? AND revision = ?", held)

    def mark_recorded(self, held: Iterable[Held]) -> None:
        """Commit that the centre's ledger has these reports."""
        self._mark(
            "UPDATE alerts SET recorded = max(recorded, ?1), told = max(told, ?1) WHERE alert = ?2 AND revision = ?3",
            held,
        )

    def quarantine(self, topic: str, payload: bytes, error: WireError, now: datetime) -> None:
        """Keep the beginning of a message that could not be believed."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO quarantine (arrived_at, topic, refusal, payload) VALUES (?, ?, ?, ?)",
                [iso(now), topic[:200], f"{error.refusal}: {error}"[:200], payload[:_KEPT_BYTES]],
            )
            db.execute("DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", [KEPT_REFUSED])

    def refused(self) -> tuple[int, str | None]:
        """Return how many messages were ever quarantined, and why the last was."""
        row = self._connections.read().execute("SELECT id, refusal FROM quarantine ORDER BY id DESC LIMIT 1").fetchone()
        return (row["id"], row["refusal"]) if row else (0, None)

    def _prune(self, db: Database, now: datetime) -> None:
        # The newest are kept, and whatever is valid or not yet told.
        db.execute(
            "DELETE FROM alerts WHERE expires_at < ? AND told = changes"
            " AND arrival <= (SELECT max(arrival) FROM alerts) - ?",
            [iso(now), KEPT_ALERTS],
        )
        db.execute("DELETE FROM seen WHERE arrival <= (SELECT max(arrival) FROM seen) - ?", [KEPT_SEEN])

    def _mark(self, statement: str, held: Iterable[Held]) -> None:
        rows = [(item.changes, item.report.alert, item.report.revision) for item in held]
        with self._connections.write() as db:
            db.conn.executemany(statement, rows)

    def _held(self, where: str, arguments: list[object]) -> list[Held]:
        # `where` is one of the constants above, never input.
        rows = self._connections.read().execute(f"SELECT * FROM alerts WHERE {where}", arguments)  # noqa: S608
        return [Held(self._report(row), row["changes"]) for row in rows]

    def _report(self, row: sqlite3.Row) -> DeliveryReport:
        moments = {moment: datetime.fromisoformat(row[moment]) if row[moment] else None for moment in _MOMENTS}
        return DeliveryReport(
            terminal=self._terminal,
            alert=row["alert"],
            revision=row["revision"],
            sent=max(moment for moment in moments.values() if moment),
            outcome=Outcome(row["outcome"]) if row["outcome"] else None,
            reason=row["reason"],
            dictionary=row["dictionary"],
            silence=Silence(row["silence"]) if row["silence"] else None,
            **moments,
        )
