"""Drafts that were submitted: they wait for a second person or for their time, and are locked meanwhile.

Each change is conditional on what its author has seen, so that of two who approve, recall or send in the same moment
one wins and the other is told.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.timing import Timing
from broadcaster.domain.written import Written
from broadcaster.ledger.alerts import accept_within
from broadcaster.ledger.audit import record
from broadcaster.ledger.drafts import DraftMoved, Drafts, outdate_draft, write_draft
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire import Alert
from kokuchi.wire.fields import iso


class State(StrEnum):
    """Where a submission stands. CLOSED: it was sent, or all its times are over; RETURNED: it is a draft again."""

    WAITING = "waiting"
    PLANNED = "planned"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True)
class StoredSubmission:
    """A submission with its draft as it stands. `version` is the draft's; `note` is why it was sent back.

    `left_out_by` has last left out a day of its timing, or put one back.
    """

    identifier: str
    version: int
    written: Written
    state: State
    timing: Timing
    next_at: datetime | None
    submitted_by: str
    submitted_at: datetime
    reason: str
    approved_by: str
    note: str
    noted_by: str
    left_out_by: str


@dataclass(frozen=True)
class Filing:
    """A draft that `account` submits `at` a moment, having seen `version` of it, 0 if it was never stored."""

    identifier: str
    version: int
    written: Written
    timing: Timing
    account: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Outgoing:
    """An alert that is to be accepted, with where it goes: to whoever is in service then, of `recipients` or of all."""

    alert: Alert
    topics: Sequence[str]
    recipients: Sequence[str] | None


class Submissions:
    """What was submitted."""

    def __init__(self, connections: Storage, drafts: Drafts) -> None:
        self._connections = connections
        self._drafts = drafts

    def send(self, filing: Filing, outgoing: Outgoing) -> None:
        """Send a draft at once. Raises DraftMoved, or AlertExists if there is such an alert without a draft."""
        with self._connections.write() as db:
            self._file(db, filing, State.CLOSED, None)
            accept_within(
                db, outgoing.alert, outgoing.topics, outgoing.recipients, filing.account, why_alone=filing.reason
            )
            deed, detail = (Deed.SENT_ALONE, filing.reason) if filing.reason else (Deed.SENT, outgoing.alert.headline)
            record(db, Entry(filing.account, deed, filing.identifier, filing.at, detail))

    def plan(self, filing: Filing, next_at: datetime) -> None:
        """Keep a draft until its time. Raises DraftMoved."""
        with self._connections.write() as db:
            self._file(db, filing, State.PLANNED, next_at)
            record(db, Entry(filing.account, Deed.PLANNED, filing.identifier, filing.at, iso(next_at)))

    def ask(self, filing: Filing) -> None:
        """Keep a draft until somebody approves of it. Raises DraftMoved."""
        with self._connections.write() as db:
            self._file(db, filing, State.WAITING, None)
            record(db, Entry(filing.account, Deed.SUBMITTED, filing.identifier, filing.at, filing.written.headline))

    def approve_and_send(self, identifier: str, version: int, account: str, now: datetime, outgoing: Outgoing) -> None:
        """Send what has waited. Raises DraftMoved if it does not wait any more, or `account` submitted it itself."""
        with self._connections.write() as db:
            self._approve(db, identifier, version, account, now, State.CLOSED, None)
            accept_within(db, outgoing.alert, outgoing.topics, outgoing.recipients, account)
            record(db, Entry(account, Deed.SENT, identifier, now, outgoing.alert.headline))

    def approve_and_plan(self, identifier: str, version: int, account: str, now: datetime, next_at: datetime) -> None:
        """Let what has waited go out at its time. Raises DraftMoved as `approve_and_send` does."""
        with self._connections.write() as db:
            self._approve(db, identifier, version, account, now, State.PLANNED, next_at)

    def send_back(self, identifier: str, version: int, note: str, account: str, now: datetime) -> None:
        """Make what waits a draft again, with a note for its author. Raises DraftMoved if it does not wait any more."""
        with self._connections.write() as db:
            self._move(
                db, identifier, version, [State.WAITING], "state = 'returned', note = ?, noted_by = ?", [note, account]
            )
            record(db, Entry(account, Deed.SENT_BACK, identifier, now, note))

    def recall(self, identifier: str, version: int, account: str, now: datetime) -> None:
        """Make what waits or is planned a draft again. Raises DraftMoved if it is neither any more."""
        with self._connections.write() as db:
            self._move(
                db,
                identifier,
                version,
                [State.WAITING, State.PLANNED],
                "state = 'returned', next_at = NULL, note = '', noted_by = ?",
                [account],
            )
            record(db, Entry(account, Deed.RECALLED, identifier, now))

    def get(self, identifier: str) -> StoredSubmission | None:
        """Return a submission, whatever became of it."""
        found = self._select("s.identifier = ?", [identifier])
        return found[0] if found else None

    def in_state(self, state: State) -> list[StoredSubmission]:
        """Return the submissions in a state, the one that is to go out first first."""
        return self._select("s.state = ? ORDER BY coalesce(s.next_at, s.at, s.submitted_at), s.id", [state])

    def count_waiting(self, except_of: str) -> int:
        """Return how many wait for the approval of somebody else than their author `except_of`."""
        row = (
            self._connections.read()
            .execute("SELECT count(*) FROM submissions WHERE state = 'waiting' AND submitted_by <> ?", [except_of])
            .fetchone()
        )
        return int(row[0])

    def _file(self, db: Database, filing: Filing, state: State, next_at: datetime | None) -> None:
        if not write_draft(db, filing.identifier, filing.version, filing.written, filing.account, filing.at):
            raise DraftMoved(self._drafts.get(filing.identifier))
        timing = filing.timing
        db.execute("DELETE FROM submissions WHERE identifier = ?", [filing.identifier])
        db.execute(
            "INSERT INTO submissions"
            " (identifier, state, at, days, until, next_at, submitted_by, submitted_at, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                filing.identifier,
                state,
                iso(timing.at) if timing.at else None,
                json.dumps(sorted(timing.days)),
                timing.until.isoformat() if timing.until else None,
                iso(next_at) if next_at else None,
                filing.account,
                iso(filing.at),
                filing.reason,
            ],
        )

    def _approve(
        self,
        db: Database,
        identifier: str,
        version: int,
        account: str,
        now: datetime,
        state: State,
        next_at: datetime | None,
    ) -> None:
        self._move(
            db,
            identifier,
            version,
            [State.WAITING],
            "state = ?, next_at = ?, approved_by = ?, approved_at = ?",
            [state, iso(next_at) if next_at else None, account, iso(now)],
            but_not_of=account,
        )
        record(db, Entry(account, Deed.APPROVED, identifier, now))

    def _move(
        self,
        db: Database,
        identifier: str,
        version: int,
        from_states: Sequence[State],
        change: str,
        values: Sequence[object],
        *,
        but_not_of: str = "",
    ) -> None:
        # `change` is one of the constants above, never input.
        states = json.dumps(list(from_states))
        moved = db.execute(
            f"UPDATE submissions SET {change} WHERE identifier = ? AND state IN (SELECT value FROM json_each(?))"  # noqa: S608
            " AND submitted_by <> ? AND identifier IN (SELECT identifier FROM drafts WHERE version = ?)",
            [*values, identifier, states, but_not_of, version],
        ).rowcount
        if moved == 0:
            raise DraftMoved(self._drafts.get(identifier))
        outdate_draft(db, identifier)

    def _select(self, where: str, arguments: Sequence[object]) -> list[StoredSubmission]:
        # `where` is one of the constants above, never input.
        rows = self._connections.read().execute(
            "SELECT s.*, d.version, d.written FROM submissions AS s JOIN drafts AS d"  # noqa: S608
            f" ON d.identifier = s.identifier WHERE {where}",
            list(arguments),
        )
        return [stored_submission(row) for row in rows]


def stored_submission(row: Row) -> StoredSubmission:
    """Return the submission in a row that has its draft's version and text too."""
    return StoredSubmission(
        identifier=row["identifier"],
        version=row["version"],
        written=Written.from_pairs(json.loads(row["written"])),
        state=State(row["state"]),
        timing=Timing(
            at=datetime.fromisoformat(row["at"]) if row["at"] else None,
            days=frozenset(json.loads(row["days"])),
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            left_out=frozenset(date.fromisoformat(day) for day in json.loads(row["left_out"])),
        ),
        next_at=datetime.fromisoformat(row["next_at"]) if row["next_at"] else None,
        submitted_by=row["submitted_by"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        reason=row["reason"],
        approved_by=row["approved_by"],
        note=row["note"],
        noted_by=row["noted_by"],
        left_out_by=row["left_out_by"],
    )
