"""Households that want to be called back, and what the desk has done about it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from broadcaster.domain.audience import Terminal
from broadcaster.domain.callback import Callback, merge
from kokuchi.database import Connections
from kokuchi.wire import CallbackRequest, RequestState
from kokuchi.wire.fields import iso

_OPEN = "r.withdrawn_at IS NULL AND r.done_at IS NULL"


@dataclass(frozen=True)
class Request:
    """One wish in the ledger; `row` names it there, `received_at` is when the centre first heard of it."""

    row: int
    terminal: Terminal
    callback: Callback
    received_at: datetime
    done_at: datetime | None
    done_by: str


class Requests:
    """The wishes of every household."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, requests: Iterable[CallbackRequest], now: datetime) -> None:
        """Merge what terminals say into the ledger in one transaction; those of a strange terminal are left out."""
        with self._connections.write() as db:
            for request in requests:
                _record(db, request, now)

    def states(self, terminal: str, identifiers: Iterable[str]) -> list[RequestState]:
        """Return what the ledger holds of a terminal's requests; what it does not know is left out."""
        database = self._connections.read()
        found = []
        for identifier in identifiers:
            row = database.execute(f"{_SELECT} WHERE t.terminal = ? AND r.identifier = ?", [terminal, identifier])
            for known in map(_request, row):
                withdrawn = known.callback.withdrawn_at is not None
                found.append(RequestState(identifier=identifier, withdrawn=withdrawn, done_at=known.done_at))
        return found

    def count_open(self) -> int:
        """Return how many households wait for a call."""
        row = self._connections.read().execute(f"SELECT count(*) FROM requests AS r WHERE {_OPEN}").fetchone()  # noqa: S608 - a constant
        return int(row[0])

    def get(self, row: int) -> Request | None:
        """Return one wish."""
        return next(iter(self._listed("WHERE r.id = ?", [row])), None)

    def open(self) -> list[Request]:
        """Return the wishes of those who wait for a call, the longest first."""
        return self._listed(f"WHERE {_OPEN} ORDER BY r.id", [])

    def closed(self, since: datetime) -> list[Request]:
        """Return what was done or withdrawn since then, the newest first."""
        return self._listed(
            "WHERE max(ifnull(r.done_at, ''), ifnull(r.withdrawn_at, '')) >= ? ORDER BY r.id DESC", [iso(since)]
        )

    def finish(self, row: int, account: str, now: datetime) -> bool:
        """Commit that somebody has called; tell whether it was still to be done. The first who did stays."""
        with self._connections.write() as db:
            done = db.execute(
                "UPDATE requests SET done_at = ?, done_by = ? WHERE id = ? AND done_at IS NULL",
                [iso(now), account, row],
            ).rowcount
        return done > 0

    def reopen(self, row: int) -> None:
        """Commit that nobody has called after all."""
        with self._connections.write() as db:
            db.execute("UPDATE requests SET done_at = NULL, done_by = '' WHERE id = ?", [row])

    def _listed(self, clause: str, arguments: list[object]) -> list[Request]:
        return [_request(row) for row in self._connections.read().execute(f"{_SELECT} {clause}", arguments)]


_SELECT = (
    "SELECT r.*, t.terminal, t.household, t.kind, t.area FROM requests AS r JOIN terminals AS t ON t.id = r.terminal_id"
)


def _record(db: Database, request: CallbackRequest, now: datetime) -> None:
    said = Callback.of(request)
    row = db.execute(
        f"{_SELECT} WHERE t.terminal = ? AND r.identifier = ?", [request.terminal, request.identifier]
    ).fetchone()
    merged = merge(_callback(row), said) if row else said
    db.execute(
        "INSERT INTO requests (terminal_id, identifier, asked_at, withdrawn_at, alert, revision, received_at)"
        " SELECT id, ?, ?, ?, ?, ?, ? FROM terminals WHERE terminal = ?"
        " ON CONFLICT (terminal_id, identifier) DO UPDATE SET asked_at = excluded.asked_at,"
        " withdrawn_at = excluded.withdrawn_at, alert = excluded.alert, revision = excluded.revision",
        [
            request.identifier,
            iso(merged.asked_at),
            iso(merged.withdrawn_at) if merged.withdrawn_at else None,
            merged.alert,
            merged.revision,
            iso(now),
            request.terminal,
        ],
    )


def _request(row: sqlite3.Row) -> Request:
    return Request(
        row=row["id"],
        terminal=Terminal(row["terminal"], row["household"], row["kind"], row["area"]),
        callback=_callback(row),
        received_at=datetime.fromisoformat(row["received_at"]),
        done_at=_moment(row["done_at"]),
        done_by=row["done_by"],
    )


def _callback(row: sqlite3.Row) -> Callback:
    return Callback(
        datetime.fromisoformat(row["asked_at"]), _moment(row["withdrawn_at"]), row["alert"], row["revision"]
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
