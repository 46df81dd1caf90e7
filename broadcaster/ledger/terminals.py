"""The roster of terminals."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.ledger.audit import record
from kokuchi.database import Connections
from kokuchi.wire.fields import iso


class TerminalExists(Exception):  # noqa: N818 - reads as what it says
    """A terminal with this identifier is in the roster already."""


class Terminals:
    """Households and businesses with their terminals."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, terminals: Iterable[tuple[Terminal, str]], added_by: str = SHELL) -> None:
        """Add terminals, each with its broker password's hash, all or none; raises TerminalExists."""
        now = datetime.now(UTC)
        rows = [
            (
                terminal.id,
                terminal.household,
                terminal.kind,
                terminal.area,
                json.dumps(sorted(terminal.groups)),
                password_hash,
                iso(now),
            )
            for terminal, password_hash in terminals
        ]
        try:
            with self._connections.write() as db:
                db.conn.executemany(
                    "INSERT INTO terminals (terminal, household, kind, area, groups, password_hash, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )
                if rows:
                    record(db, Entry(added_by, Deed.TERMINALS_ADDED, rows[0][0], now, str(len(rows))))
        except sqlite3.IntegrityError as error:
            taken = ", ".join(sorted({row[0] for row in rows} & self._identifiers()))
            raise TerminalExists(f"already in the roster: {taken or 'an identifier is given twice'}") from error

    def all(self) -> list[Terminal]:
        """Return the terminals that are in service, in the order of identifiers."""
        rows = self._connections.read().execute(
            "SELECT * FROM terminals WHERE service = 'in_service' ORDER BY terminal"
        )
        return [_terminal(row) for row in rows]

    def get(self, identifier: str) -> Terminal | None:
        """Return one terminal, also one that is not in service."""
        row = self._connections.read().execute("SELECT * FROM terminals WHERE terminal = ?", [identifier]).fetchone()
        return _terminal(row) if row else None

    def _identifiers(self) -> set[str]:
        return {row["terminal"] for row in self._connections.read().execute("SELECT terminal FROM terminals")}

    def password_hashes(self) -> dict[str, str]:
        """Return the broker's password hash of every terminal that is in service."""
        rows = self._connections.read().execute(
            "SELECT terminal, password_hash FROM terminals WHERE service = 'in_service' ORDER BY terminal"
        )
        return {row["terminal"]: row["password_hash"] for row in rows}


def _terminal(row: sqlite3.Row) -> Terminal:
    return Terminal(
        id=row["terminal"],
        household=row["household"],
        kind=row["kind"],
        area=row["area"],
        groups=frozenset(json.loads(row["groups"])),
    )
