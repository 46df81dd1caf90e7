"""Alerts as they were accepted. What is here is never lost: it was committed before the page answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.delivery import reminder_after
from broadcaster.ledger.audit import record
from broadcaster.ledger.recovery import beyond_what_was_lost
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire import Alert, MessageType
from kokuchi.wire.fields import iso

_OPEN = "INSERT INTO deliveries (alert_id, terminal_id) SELECT ?, t.id"
_DEEDS = {MessageType.ALERT: Deed.SENT, MessageType.UPDATE: Deed.CORRECTED, MessageType.CANCEL: Deed.WITHDRAWN}


class AlertExists(Exception):  # noqa: N818 - reads as what it says
    """This revision was accepted before: somebody else was faster, or the form was sent twice."""


@dataclass(frozen=True)
class Accepted:
    """An alert with who accepted it, the row that it has, and the revision of the dictionary at that time.

    `why_alone` is the reason with which this revision went out without the second person that it needs; else empty.
    """

    row: int
    alert: Alert
    accepted_by: str
    dictionary: int | None = None
    why_alone: str = ""


def payload_of(alert: Alert) -> str:
    """Return an alert as its row keeps it."""
    return alert.model_dump_json(exclude_none=True)


def accept_within(
    db: Database,
    alert: Alert,
    topics: Sequence[str],
    recipients: Sequence[str] | None,
    accepted_by: str,
    why_alone: str = "",
) -> Accepted:
    """Accept an alert within the transaction of the deed that made it; that deed is recorded by whoever calls this.

    Of `recipients` it goes to those who are in service in this moment; without any to everybody who is, a later
    revision to everybody who was sent the one before. A later revision of one that a restore has held gets a number
    beyond those that may have been lost. Raises AlertExists if this revision is already there.
    """
    alert = beyond_what_was_lost(db, alert)
    # Whoever makes this may go on to write, and so an error of the database is not waited for.
    made = db.execute(
        "INSERT INTO alerts (identifier, revision, category, sent_at, expires_at, accepted_by, payload, remind_at,"
        " why_alone, dictionary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT revision FROM dictionary))"
        " ON CONFLICT (identifier, revision) DO NOTHING RETURNING id, dictionary",
        [
            alert.identifier,
            alert.revision,
            alert.category,
            iso(alert.sent),
            iso(alert.expires),
            accepted_by,
            payload_of(alert),
            iso(alert.sent + reminder_after(0)),
            why_alone,
        ],
    ).fetchall()
    if not made:
        raise AlertExists(f"alert {alert.identifier} has revision {alert.revision} already")
    row = int(made[0]["id"])
    db.executemany("INSERT INTO outbox (alert_id, topic) VALUES (?, ?)", [(row, topic) for topic in topics])
    _address(db, row, alert, recipients)
    return Accepted(row, alert, accepted_by, made[0]["dictionary"], why_alone)


def _address(db: Database, alert_row: int, alert: Alert, recipients: Sequence[str] | None) -> None:
    """Open a delivery for each recipient that is in service."""
    # A trigger keeps the sums of an alert, row by row. All of these rows are new: while there are no sums it has
    # nothing to keep, which spares a quarter of the work, and what they come to is known afterwards.
    db.execute("DELETE FROM alert_reach WHERE alert_id = ?", [alert_row])
    if recipients is None and alert.revision > 1:
        # No list that was read before: whoever has come back since then has just been addressed by the one before.
        opened = db.execute(
            f"{_OPEN} FROM deliveries AS d CROSS JOIN terminals AS t WHERE t.id = d.terminal_id"  # noqa: S608 - a constant
            " AND t.service = 'in_service' AND d.alert_id = (SELECT id FROM alerts WHERE identifier = ?"
            " AND revision < ? ORDER BY revision DESC LIMIT 1)",
            [alert_row, alert.identifier, alert.revision],
        )
    elif recipients is None:
        # No name is looked up for everybody, since whoever has clicked waits for it.
        opened = db.execute(f"{_OPEN} FROM terminals AS t WHERE t.service = 'in_service'", [alert_row])
    else:
        opened = db.execute(
            f"{_OPEN} FROM json_each(?) AS e CROSS JOIN terminals AS t"
            " WHERE t.terminal = e.value AND t.service = 'in_service'",
            [alert_row, json.dumps(list(recipients))],
        )
    addressed = opened.rowcount
    db.execute(
        "INSERT INTO alert_reach (alert_id, addressed, missing) VALUES (?, ?, ?)", [alert_row, addressed, addressed]
    )


class Alerts:
    """The alerts, one row a revision."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def accept(
        self,
        alert: Alert,
        topics: Sequence[str],
        recipients: Sequence[str] | None,
        accepted_by: str,
        why_alone: str = "",
    ) -> Accepted:
        """Commit an alert with its outbox and an open delivery for each recipient, all or nothing.

        Of `recipients` it goes to those who are in service in this moment; without any to everybody who is, a later
        revision to everybody who was sent the one before. `why_alone` is the reason of a correction that does not wait
        for the second person that it needs. Raises AlertExists if this revision is already there.
        """
        deed, detail = (Deed.CORRECTED_ALONE, why_alone) if why_alone else (_DEEDS[alert.message_type], alert.headline)
        with self._connections.write() as db:
            accepted = accept_within(db, alert, topics, recipients, accepted_by, why_alone)
            record(db, Entry(accepted_by, deed, alert.identifier, alert.sent, detail))
        return accepted

    def get(self, identifier: str) -> Accepted | None:
        """Return the newest revision of an alert."""
        return self._one("identifier = ? ORDER BY revision DESC", [identifier])

    def revision(self, identifier: str, revision: int) -> Accepted | None:
        """Return one revision of an alert."""
        return self._one("identifier = ? AND revision = ?", [identifier, revision])

    def after(self, identifier: str, revision: int) -> Accepted | None:
        """Return the revision that came next after one."""
        return self._one("identifier = ? AND revision > ? ORDER BY revision", [identifier, revision])

    def by_row(self, row: int) -> Accepted | None:
        """Return the alert in a row."""
        return self._one("id = ?", [row])

    def payload(self, row: int) -> str | None:
        """Return what `payload_of` says of the alert in a row."""
        found = self._connections.read().execute("SELECT payload FROM alerts WHERE id = ?", [row]).fetchone()
        return found["payload"] if found else None

    def newest(self, limit: int, offset: int = 0) -> list[Accepted]:
        """Return the newest revision of each alert, the newest alert first."""
        rows = self._connections.read().execute(
            "SELECT * FROM alerts AS a WHERE revision ="
            " (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"
            " ORDER BY sent_at DESC, id DESC LIMIT ? OFFSET ?",
            [limit, offset],
        )
        return [accepted_of(row) for row in rows]

    def count(self) -> int:
        """Return how many alerts there are, whatever their revisions."""
        row = self._connections.read().execute("SELECT count(*) FROM alerts WHERE revision = 1").fetchone()
        return int(row[0])

    def active_for(self, terminal: str, now: datetime) -> list[Accepted]:
        """Return the newest revision of each alert that is addressed to a terminal, has not expired and is not held."""
        rows = self.active_rows([terminal], now).get(terminal, [])
        return [accepted for row in rows if (accepted := self.by_row(row))]

    def active_rows(self, terminals: Sequence[str], now: datetime) -> dict[str, list[int]]:
        """Return the rows of these alerts for each of several terminals for which there are any."""
        # In this order, and by the time of their end: what is valid is little, what a terminal was ever sent is much.
        found = self._connections.read().execute(
            "SELECT t.terminal, a.id FROM alerts AS a CROSS JOIN json_each(?) AS e"
            " CROSS JOIN terminals AS t CROSS JOIN deliveries AS d"
            " WHERE t.terminal = e.value AND d.alert_id = a.id AND d.terminal_id = t.id"
            " AND a.expires_at > ? AND a.revision ="
            " (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"
            " AND a.id NOT IN (SELECT id FROM held_alerts) ORDER BY a.id + 0",
            [json.dumps(list(terminals)), iso(now)],
        )
        rows: dict[str, list[int]] = {}
        for row in found:
            rows.setdefault(row["terminal"], []).append(row["id"])
        return rows

    def _one(self, where: str, arguments: list[object]) -> Accepted | None:
        # `where` is one of the constants above, never input.
        row = (
            self._connections.read().execute(f"SELECT * FROM alerts WHERE {where} LIMIT 1", arguments).fetchone()  # noqa: S608
        )
        return accepted_of(row) if row else None


def accepted_of(row: Row) -> Accepted:
    """Return the alert that a row says."""
    return Accepted(
        row["id"],
        Alert.model_validate_json(row["payload"]),
        row["accepted_by"],
        row["dictionary"],
        row["why_alone"],
    )
