"""The roster of terminals: who is in it, who comes into it, and what is changed of them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.service import Service
from broadcaster.ledger.audit import newest_deed, record
from broadcaster.ledger.untold import owe
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso

CHANGEABLE = ("household", "kind", "area", "groups")
"""What can be changed of a terminal; its identifier is for ever."""


class TerminalExists(Exception):  # noqa: N818 - reads as what it says
    """A terminal with this identifier is in the roster already."""


class TerminalUnknown(Exception):  # noqa: N818 - reads as what it says
    """A terminal that is not in the roster."""

    @classmethod
    def named(cls, identifier: str) -> "TerminalUnknown":
        """Return that there is no terminal of this name."""
        return cls(f"there is no terminal {identifier!r}; see `broadcaster terminals list`")


class TerminalOutOfService(Exception):  # noqa: N818 - reads as what it says
    """A terminal with which this cannot be done, because it is suspended or retired."""

    def __init__(self, identifier: str, service: Service) -> None:
        advice = "take another identifier" if service is Service.RETIRED else "resume it first"
        super().__init__(f"terminal {identifier} is {service.value}; {advice}")
        self.identifier = identifier
        self.service = service


class RosterMoved(Exception):  # noqa: N818 - reads as what it says
    """The roster is not the one any more with which a file was compared; nothing was imported."""


class Terminals:
    """Households and businesses with their terminals."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections
        self._read: tuple[object, Sequence[Terminal], Sequence[Terminal]] = None, (), ()

    def add(
        self, terminals: Iterable[tuple[Terminal, str]], added_by: str = SHELL, now: datetime | None = None
    ) -> None:
        """Add terminals, each with its broker password's hash, all or none; raises TerminalExists."""
        wanted = list(terminals)
        at = now or datetime.now(UTC)
        with self._connections.write() as db:
            _insert(db, wanted, at)
            if wanted:
                record(db, Entry(added_by, Deed.TERMINALS_ADDED, wanted[0][0].id, at, str(len(wanted))))

    def change(self, terminal: Terminal, changed_by: str, now: datetime, seen: str = "") -> bool:
        """Give a terminal this household, kind, area and groups; tell whether that changed anything.

        `seen` is the mark of the terminal from which somebody decided that. Raises RosterMoved if it is another one
        now, TerminalUnknown, or TerminalOutOfService for one that is retired.
        """
        with self._connections.write() as db:
            if seen and mark(_row(db, terminal.id)) != seen:
                raise RosterMoved("somebody else has changed this terminal meanwhile")
            changed = _update(db, terminal)
            if changed:
                # The record of deeds is kept without end: it says what was changed, and names no household.
                record(db, Entry(changed_by, Deed.TERMINAL_CHANGED, terminal.id, now, " ".join(changed)))
        return bool(changed)

    def take(
        self,
        added: Iterable[tuple[Terminal, str]],
        changed: Iterable[Terminal],
        seen: str,
        taken_by: str,
        now: datetime,
    ) -> None:
        """Import a file: add these terminals, each with its password's hash, and change those, all or none.

        `seen` is the fingerprint of the roster with which the file was compared. Raises RosterMoved if it is another
        one now.
        """
        new, old = list(added), list(changed)
        with self._connections.write() as db:
            if _fingerprint(db) != seen:
                raise RosterMoved("the roster has been changed meanwhile; compare the file with it once more")
            _insert(db, new, now)
            for terminal in old:
                _update(db, terminal)
            if new or old:
                record(db, Entry(taken_by, Deed.ROSTER_IMPORTED, "", now, f"{len(new)} {len(old)}"))

    def all(self) -> Sequence[Terminal]:
        """Return the terminals that are in service, in the order of identifiers."""
        return self._rosters()[1]

    def everybody(self) -> Sequence[Terminal]:
        """Return all terminals that the town has or had, in the order of identifiers."""
        return self._rosters()[0]

    def has_any(self) -> bool:
        """Return whether the town has or had a terminal."""
        return self._connections.read().execute("SELECT 1 FROM terminals LIMIT 1").fetchone() is not None

    def _rosters(self) -> tuple[Sequence[Terminal], Sequence[Terminal]]:
        """Return everybody, and those in service.

        They are read again only when somebody has done something since: whoever clicks waits for this, and every change
        of the roster is a deed.
        """
        # Before the rows: what changes between the two is read twice, never missed.
        newest = newest_deed(self._connections.read())
        read_at, everybody, serving = self._read
        if newest is None or newest != read_at:
            everybody = tuple(self._listed(""))
            serving = tuple(terminal for terminal in everybody if terminal.service is Service.IN_SERVICE)
            self._read = newest, everybody, serving
        return everybody, serving

    def get(self, identifier: str) -> Terminal | None:
        """Return one terminal, also one that is not in service."""
        found = self._listed("WHERE terminal = ?", identifier)
        return found[0] if found else None

    def fingerprint(self) -> str:
        """Return what changes whenever the roster does."""
        return _fingerprint(self._connections.read())

    def out_of_service(self) -> frozenset[str]:
        """Return the terminals that are suspended or retired."""
        rows = self._connections.read().execute("SELECT terminal FROM terminals WHERE service <> 'in_service'")
        return frozenset(row["terminal"] for row in rows)

    def never_enrolled(self) -> frozenset[str]:
        """Return the terminals in service that no device has ever become, neither with a code nor with its files."""
        rows = self._connections.read().execute(
            "SELECT terminal FROM terminals AS t WHERE service = 'in_service'"
            " AND NOT EXISTS (SELECT 1 FROM presences WHERE terminal_id = t.id)"
            " AND NOT EXISTS (SELECT 1 FROM enrolment_codes WHERE terminal_id = t.id AND used_at IS NOT NULL)"
        )
        return frozenset(row["terminal"] for row in rows)

    def password_hashes(self) -> dict[str, str]:
        """Return the broker's password hash of every terminal that is in service."""
        rows = self._connections.read().execute(
            "SELECT terminal, password_hash FROM terminals WHERE service = 'in_service' ORDER BY terminal"
        )
        return {row["terminal"]: row["password_hash"] for row in rows}

    def _listed(self, where: str, *arguments: str) -> list[Terminal]:
        rows = self._connections.read().execute(
            " ".join(["SELECT * FROM terminals", where, "ORDER BY terminal"]), arguments
        )
        return [terminal_of(row) for row in rows]


def terminal_of(row: Row) -> Terminal:
    """Return the terminal that a row says."""
    return Terminal(
        id=row["terminal"],
        household=row["household"],
        kind=row["kind"],
        area=row["area"],
        groups=_groups(row["groups"]),
        service=Service(row["service"]),
    )


@lru_cache(maxsize=1000)
def _groups(stored: str) -> frozenset[str]:
    """Return the groups that a row says: of thousands of rows nearly all say one of a few things."""
    return frozenset(json.loads(stored))


def _insert(db: Database, terminals: list[tuple[Terminal, str]], now: datetime) -> None:
    names = [terminal.id for terminal, _ in terminals]
    standing = {row["terminal"] for row in db.execute("SELECT terminal FROM terminals")}
    if taken := sorted(standing & set(names)):
        raise TerminalExists(f"already in the roster: {', '.join(taken)}")
    if len(set(names)) < len(names):
        raise TerminalExists("already in the roster: an identifier is given twice")
    db.executemany(
        "INSERT INTO terminals (terminal, household, kind, area, groups, password_hash, created_at)"
        " VALUES (:terminal, :household, :kind, :area, :groups, :hash, :at)",
        [{**_values(terminal), "hash": password_hash, "at": iso(now)} for terminal, password_hash in terminals],
    )
    owe(db, names)


def mark(terminal: Terminal) -> str:
    """Return what changes whenever something is changed of a terminal."""
    return _digest([*_values(terminal).values(), terminal.service])


def _row(db: Database, identifier: str) -> Terminal:
    row = db.execute("SELECT * FROM terminals WHERE terminal = ?", [identifier]).fetchone()
    if row is None:
        raise TerminalUnknown.named(identifier)
    return terminal_of(row)


def _update(db: Database, terminal: Terminal) -> list[str]:
    """Write what can be changed of a terminal; return what was."""
    standing = _row(db, terminal.id)
    if standing.service is Service.RETIRED:
        raise TerminalOutOfService(terminal.id, Service.RETIRED)
    before, values = _values(standing), _values(terminal)
    changed = [name for name in CHANGEABLE if before[name] != values[name]]
    if changed:
        db.execute(
            "UPDATE terminals SET household = :household, kind = :kind, area = :area, groups = :groups"
            " WHERE terminal = :terminal",
            values,
        )
        owe(db, [terminal.id])
    return changed


def _values(terminal: Terminal) -> dict[str, str]:
    return {
        "terminal": terminal.id,
        "household": terminal.household,
        "kind": terminal.kind,
        "area": terminal.area,
        "groups": json.dumps(sorted(terminal.groups)),
    }


def _fingerprint(db: Database) -> str:
    rows = db.execute("SELECT terminal, household, kind, area, groups, service FROM terminals ORDER BY terminal")
    return _digest([tuple(row) for row in rows])


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
