"""What the household has asked of the town's desk, in the inbox's file: it outlives restarts and power cuts.

A wish is committed here before it is sent, and kept until the ledger has it and the desk has dealt with it.
"""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from kokuchi.database import Connections
from kokuchi.tables import Database, Migrations
from kokuchi.wire import CallbackRequest, RequestState
from kokuchi.wire.fields import iso
from terminal_client.household import Key

migrations = Migrations("requests")

KEPT_REQUESTS = 50
AT_ONCE = 20
"""No sync carries more requests than this; what is settled makes room for the rest."""


class Stage(StrEnum):
    """What became of a wish, as far as the terminal knows."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    DONE = "done"


SHOWN_AFTERWARDS = {Stage.WITHDRAWN: timedelta(minutes=1), Stage.DONE: timedelta(days=1)}
"""For how long the screen still tells of a wish that is settled."""


@dataclass(frozen=True)
class Request:
    """One wish to be called back. `alert` is what was on the screen when it was made.

    `is_recorded`: the ledger has it in its latest form. `settled_at`: since then there is nothing to say.
    """

    identifier: str
    asked_at: datetime
    alert: Key | None = None
    withdrawn_at: datetime | None = None
    is_recorded: bool = False
    done_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        """Return what became of it."""
        if self.done_at:
            return Stage.DONE
        return Stage.WITHDRAWN if self.withdrawn_at else Stage.ASKED

    @property
    def is_open(self) -> bool:
        """Whether the household still waits for a call."""
        return self.stage is Stage.ASKED

    def withdrawn(self, now: datetime) -> "Request":
        """Return it taken back; one that is not open any more stays as it is."""
        return replace(self, withdrawn_at=now, is_recorded=False) if self.is_open else self

    def learned(self, state: RequestState, now: datetime) -> "Request":
        """Return it with what the ledger holds of it: the desk may find that it is not done after all."""
        known = replace(
            self,
            is_recorded=self.is_recorded or state.withdrawn or self.withdrawn_at is None,
            done_at=state.done_at,
        )
        is_settled = known.is_recorded and not known.is_open
        return replace(known, settled_at=(known.settled_at or now) if is_settled else None)

    def is_shown(self, now: datetime) -> bool:
        """Tell whether the screen tells of it."""
        return self.settled_at is None or now < self.settled_at + SHOWN_AFTERWARDS[self.stage]

    def may_reopen(self, now: datetime) -> bool:
        """Tell whether the screen says that the desk has dealt with it, which the desk may yet take back."""
        return self.stage is Stage.DONE and self.settled_at is not None and self.is_shown(now)

    def message(self, terminal: str, now: datetime) -> CallbackRequest:
        """Return what the terminal says of it."""
        return CallbackRequest(
            terminal=terminal,
            identifier=self.identifier,
            sent=now,
            asked_at=self.asked_at,
            withdrawn_at=self.withdrawn_at,
            alert=self.alert.alert if self.alert else None,
            revision=self.alert.revision if self.alert else None,
        )


@migrations()
def m001_requests(db: Database) -> None:
    """One row a wish."""
    db.execute(
        """
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL UNIQUE,
            asked_at TEXT NOT NULL,
            alert TEXT,
            revision INTEGER,
            withdrawn_at TEXT,
            is_recorded INTEGER NOT NULL DEFAULT 0,
            done_at TEXT,
            settled_at TEXT
        )
        """
    )


class RequestStore:
    """Open it in the file of an inbox; raises DatabaseUnusable. May be used from any thread.

    Writes raise OperationalError on a disk that takes nothing.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, migrations)

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def ask(self, alert: Key | None, now: datetime) -> Request:
        """Commit a new wish, or return the one that is open: a household has one at a time."""
        with self._connections.write() as db:
            newest = _newest(db)
            if newest is not None and newest.is_open:
                return newest
            request = Request(uuid4().hex, now, alert)
            db.execute(
                "INSERT INTO requests (identifier, asked_at, alert, revision) VALUES (?, ?, ?, ?)",
                [request.identifier, iso(now), *((alert.alert, alert.revision) if alert else (None, None))],
            )
            db.execute(
                "DELETE FROM requests WHERE settled_at IS NOT NULL AND id <= (SELECT max(id) FROM requests) - ?",
                [KEPT_REQUESTS],
            )
        return request

    def withdraw(self, now: datetime) -> Request | None:
        """Commit that the open wish is taken back, and return it; None if none is open."""
        with self._connections.write() as db:
            newest = _newest(db)
            if newest is None or not newest.is_open:
                return None
            withdrawn = newest.withdrawn(now)
            _update(db, withdrawn)
        return withdrawn

    def learn(self, states: tuple[RequestState, ...], now: datetime) -> None:
        """Commit what the ledger holds of some wishes."""
        with self._connections.write() as db:
            for state in states:
                row = db.execute("SELECT * FROM requests WHERE identifier = ?", [state.identifier]).fetchone()
                if row:
                    _update(db, _request(row).learned(state, now))

    def newest(self) -> Request | None:
        """Return the wish that was made last."""
        return _newest(self._connections.read())

    def unsettled(self) -> list[Request]:
        """Return what a sync must ask about, the oldest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM requests WHERE settled_at IS NULL ORDER BY id LIMIT ?", [AT_ONCE]
        )
        return [_request(row) for row in rows]


def _newest(db: Database) -> Request | None:
    row = db.execute("SELECT * FROM requests ORDER BY id DESC LIMIT 1").fetchone()
    return _request(row) if row else None


def _update(db: Database, request: Request) -> None:
    moments = [iso(at) if at else None for at in (request.withdrawn_at, request.done_at, request.settled_at)]
    db.execute(
        "UPDATE requests SET withdrawn_at = ?, done_at = ?, settled_at = ?, is_recorded = ? WHERE identifier = ?",
        [*moments, request.is_recorded, request.identifier],
    )


def _request(row: sqlite3.Row) -> Request:
    return Request(
        identifier=row["identifier"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        alert=Key(row["alert"], row["revision"]) if row["alert"] else None,
        withdrawn_at=_moment(row["withdrawn_at"]),
        is_recorded=bool(row["is_recorded"]),
        done_at=_moment(row["done_at"]),
        settled_at=_moment(row["settled_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
