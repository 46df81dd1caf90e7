"""What is sent at its time, what became of each time, and which could not be kept."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from broadcaster.domain.audit import CLOCK, Deed, Entry
from broadcaster.ledger.alerts import AlertExists, accept_within
from broadcaster.ledger.audit import record
from broadcaster.ledger.drafts import outdate_draft
from broadcaster.ledger.submissions import Outgoing, StoredSubmission, stored_submission
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso


class Outcome(StrEnum):
    """What became of a time. MISSED: the centre was off; IMPOSSIBLE: the alert could not be made any more."""

    SENT = "sent"
    MISSED = "missed"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Lapse:
    """A time that was not kept and that nobody has settled yet; `detail` says why, in Japanese, if it is IMPOSSIBLE."""

    at: datetime
    outcome: Outcome
    detail: str
    submission: StoredSubmission


class Timetable:
    """The times of what is planned. Each of them ends once: sent, missed or impossible."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def due(self, now: datetime) -> list[StoredSubmission]:
        """Return what is planned for now or earlier, the earliest first."""
        rows = self._connections.read().execute(
            "SELECT s.*, d.version, d.written FROM submissions AS s JOIN drafts AS d ON d.identifier = s.identifier"
            " WHERE s.state = 'planned' AND s.next_at <= ? ORDER BY s.next_at, s.id",
            [iso(now)],
        )
        return [stored_submission(row) for row in rows]

    def next_moment(self) -> datetime | None:
        """Return when something is due next."""
        row = (
            self._connections.read().execute("SELECT min(next_at) FROM submissions WHERE state = 'planned'").fetchone()
        )
        return datetime.fromisoformat(row[0]) if row[0] else None

    def keep(self, due: StoredSubmission, now: datetime, next_at: datetime | None, outgoing: Outgoing) -> bool:
        """Send what is due, unless its alert is there already; return False if it was recalled in this very moment."""
        with self._connections.write() as db:
            if not _advance(db, due, next_at):
                return False
            with suppress(AlertExists):
                accepted_by = due.approved_by or due.submitted_by
                accept_within(db, outgoing.alert, outgoing.topics, outgoing.recipients, accepted_by)
            _end(db, due, Outcome.SENT, outgoing.alert.identifier, now)
            record(db, Entry(CLOCK, Deed.SENT_AS_PLANNED, outgoing.alert.identifier, now, outgoing.alert.headline))
        return True

    def miss(
        self, due: StoredSubmission, now: datetime, next_at: datetime | None, outcome: Outcome, detail: str = ""
    ) -> bool:
        """Note that what was due is not sent; return False if it was recalled in this very moment."""
        with self._connections.write() as db:
            if not _advance(db, due, next_at):
                return False
            _end(db, due, outcome, detail, now)
            record(db, Entry(CLOCK, Deed.MISSED, due.identifier, now, detail or outcome))
        return True

    def leave_out(self, seen: StoredSubmission, days: Iterable[date], next_at: datetime, entry: Entry) -> bool:
        """Let these be the days that a planned one leaves out; return False if somebody, or the clock, was faster.

        `next_at` is when it then goes out next, `entry` what its actor has done.
        """
        with self._connections.write() as db:
            if not _advance(db, seen, next_at):
                return False
            db.execute(
                "UPDATE submissions SET left_out = ?, left_out_by = ? WHERE identifier = ?",
                [json.dumps([day.isoformat() for day in sorted(days)]), entry.actor, seen.identifier],
            )
            outdate_draft(db, seen.identifier)
            record(db, entry)
        return True

    def lapses(self) -> list[Lapse]:
        """Return the times that were not kept and wait for somebody to look at them, the oldest first."""
        rows = self._connections.read().execute(
            "SELECT s.*, d.version, d.written, o.at AS lapsed_at, o.outcome, o.detail"
            " FROM occurrences AS o JOIN submissions AS s ON s.identifier = o.identifier"
            " JOIN drafts AS d ON d.identifier = o.identifier"
            " WHERE o.outcome <> 'sent' AND o.settled_at IS NULL ORDER BY o.at, o.id"
        )
        return [_lapse(row) for row in rows]

    def settle(self, identifier: str, account: str, now: datetime) -> bool:
        """Note that somebody has seen to the lapses of a submission; return False if there are none any more."""
        with self._connections.write() as db:
            settled = db.execute(
                "UPDATE occurrences SET settled_by = ?, settled_at = ?"
                " WHERE identifier = ? AND outcome <> 'sent' AND settled_at IS NULL",
                [account, iso(now), identifier],
            ).rowcount
            if settled == 0:
                return False
            record(db, Entry(account, Deed.SETTLED, identifier, now))
        return True


def _advance(db: Database, due: StoredSubmission, next_at: datetime | None) -> bool:
    """Go on to the next time of a submission, or close it; return False if it is not where it was."""
    if due.next_at is None:
        return False
    return (
        db.execute(
            "UPDATE submissions SET next_at = ?, state = ? WHERE identifier = ? AND state = 'planned' AND next_at = ?"
            " AND identifier IN (SELECT identifier FROM drafts WHERE version = ?)",
            [
                iso(next_at) if next_at else None,
                "planned" if next_at else "closed",
                due.identifier,
                iso(due.next_at),
                due.version,
            ],
        ).rowcount
        == 1
    )


def _end(db: Database, due: StoredSubmission, outcome: Outcome, detail: str, now: datetime) -> None:
    at = iso(due.next_at) if due.next_at else ""
    db.execute(
        "INSERT INTO occurrences (identifier, at, outcome, detail, happened_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (identifier, at) DO UPDATE SET outcome = excluded.outcome, detail = excluded.detail,"
        " happened_at = excluded.happened_at, settled_by = '', settled_at = NULL",
        [due.identifier, at, outcome, detail, iso(now)],
    )


def _lapse(row: Row) -> Lapse:
    return Lapse(
        at=datetime.fromisoformat(row["lapsed_at"]),
        outcome=Outcome(row["outcome"]),
        detail=row["detail"],
        submission=stored_submission(row),
    )
