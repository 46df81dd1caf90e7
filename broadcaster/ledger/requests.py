"""Households that want to be called back, and what the desk has done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.callback import Callback, merge
from broadcaster.domain.service import Service
from broadcaster.ledger.audit import record
from broadcaster.ledger.terminal_settings import tell_anew
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire import CallbackRequest, RequestState
from kokuchi.wire.fields import iso

_OPEN = "r.withdrawn_at IS NULL AND r.done_at IS NULL"
_WAITING = " ".join(
    [
        "SELECT count(*) AS n, count(*) FILTER (WHERE r.taken_by <> '') AS taken,",
        "min(r.asked_at) AS since, max(r.id) AS newest",
        "FROM requests AS r WHERE",
        _OPEN,
    ]
)


@dataclass(frozen=True)
class Request:
    """One wish in the ledger; `row` names it there, `received_at` is when the centre first heard of it.

    `taken_by` is the account that has said it will call, empty if none has. `note` is what was talked about: personal,
    for the desk's pages alone.
    """

    row: int
    terminal: Terminal
    callback: Callback
    received_at: datetime
    done_at: datetime | None
    done_by: str
    taken_at: datetime | None = None
    taken_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Waiting:
    """How many households wait for a call: since when the first does, and the row of the newest; None without any.

    `taken` counts those of them whom a colleague has said they will call.
    """

    count: int = 0
    taken: int = 0
    since: datetime | None = None
    newest: int | None = None


class Requests:
    """The wishes of every household."""

    def __init__(self, connections: Storage) -> None:
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

    def waiting(self) -> Waiting:
        """Return how many households wait for a call, and since when."""
        row = self._connections.read().execute(_WAITING).fetchone()
        return Waiting(row["n"], row["taken"], _moment(row["since"]), row["newest"])

    def count_open(self) -> int:
        """Return how many households wait for a call."""
        return self.waiting().count

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

    def taken_by(self, account: str) -> list[Request]:
        """Return the wishes of those who wait for a call from this account, the longest first."""
        return self._listed(f"WHERE {_OPEN} AND r.taken_by = ? ORDER BY r.id", [account])

    def take(self, row: int, account: str, now: datetime, instead_of: str = "") -> bool:
        """Commit that this account will call; tell whether it is its to do now.

        `instead_of` is who had it when the page was seen, empty for nobody: if that has changed, what stands stays.
        """
        with self._connections.write() as db:
            taken = db.execute(
                f"UPDATE requests AS r SET taken_by = ?, taken_at = ? WHERE id = ? AND taken_by = ? AND {_OPEN}",  # noqa: S608 - a constant
                [account, iso(now), row, instead_of],
            ).rowcount
            if taken:
                _record_deed(db, row, Deed.REQUEST_TAKEN, account, now)
            has = db.execute(f"SELECT 1 FROM requests AS r WHERE id = ? AND taken_by = ? AND {_OPEN}", [row, account])  # noqa: S608
            return has.fetchone() is not None

    def release(self, row: int, account: str, now: datetime) -> bool:
        """Commit that this account will not call after all; tell whether it was its to do."""
        with self._connections.write() as db:
            released = db.execute(
                "UPDATE requests SET taken_by = '', taken_at = NULL WHERE id = ? AND taken_by = ? AND done_at IS NULL",
                [row, account],
            ).rowcount
            if released:
                _record_deed(db, row, Deed.REQUEST_RELEASED, account, now)
        return released > 0

    def annotate(self, row: int, note: str, seen: str, account: str, now: datetime) -> bool:
        """Commit a note over the one that its writer had `seen`; tell whether that still stood."""
        with self._connections.write() as db:
            written = db.execute(
                "UPDATE requests SET note = ? WHERE id = ? AND note = ? AND done_at IS NULL", [note, row, seen]
            ).rowcount
            if written:
                _record_deed(db, row, Deed.REQUEST_NOTED, account, now)
        return written > 0

    def finish(self, row: int, account: str, now: datetime, note: str | None = None) -> bool:
        """Commit that somebody has called; tell whether it was still to be done. The first who did stays.

        The household's terminal is told to ask, and its screen says so.
        `note` takes the place of an earlier one, None leaves it.
        """
        with self._connections.write() as db:
            done = db.execute(
                "UPDATE requests SET done_at = ?, done_by = ?, note = ifnull(?, note) WHERE id = ? AND done_at IS NULL",
                [iso(now), account, note, row],
            ).rowcount
            if done:
                _record_deed(db, row, Deed.REQUEST_DONE, account, now)
                _tell_household(db, row)
        return done > 0

    def reopen(self, row: int, account: str, now: datetime) -> bool:
        """Commit that nobody has called after all; tell whether somebody had. The note stays, the household is told."""
        with self._connections.write() as db:
            reopened = db.execute(
                "UPDATE requests SET done_at = NULL, done_by = '' WHERE id = ? AND done_at IS NOT NULL", [row]
            ).rowcount
            if reopened:
                _record_deed(db, row, Deed.REQUEST_REOPENED, account, now)
                _tell_household(db, row)
        return reopened > 0

    def _listed(self, clause: str, arguments: list[object]) -> list[Request]:
        return [_request(row) for row in self._connections.read().execute(f"{_SELECT} {clause}", arguments)]


_SELECT = (
    "SELECT r.*, t.terminal, t.household, t.kind, t.area, t.service"
    " FROM requests AS r JOIN terminals AS t ON t.id = r.terminal_id"
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


def _record_deed(db: Database, row: int, deed: Deed, account: str, now: datetime) -> None:
    terminal = db.execute(
        "SELECT t.terminal FROM requests AS r JOIN terminals AS t ON t.id = r.terminal_id WHERE r.id = ?", [row]
    ).fetchone()["terminal"]
    # The note is the household's own matter: the record of deeds says that there is one, and not what it says.
    record(db, Entry(account, deed, terminal, now))


def _tell_household(db: Database, row: int) -> None:
    tell_anew(db, db.execute("SELECT terminal_id FROM requests WHERE id = ?", [row]).fetchone()["terminal_id"])


def _request(row: Row) -> Request:
    return Request(
        row=row["id"],
        terminal=Terminal(row["terminal"], row["household"], row["kind"], row["area"], service=Service(row["service"])),
        callback=_callback(row),
        received_at=datetime.fromisoformat(row["received_at"]),
        done_at=_moment(row["done_at"]),
        done_by=row["done_by"],
        taken_at=_moment(row["taken_at"]),
        taken_by=row["taken_by"],
        note=row["note"],
    )


def _callback(row: Row) -> Callback:
    return Callback(
        datetime.fromisoformat(row["asked_at"]), _moment(row["withdrawn_at"]), row["alert"], row["revision"]
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
