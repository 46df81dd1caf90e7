"""The codes with which devices take over terminals. At most one of each terminal stands; a newer one voids it."""

import sqlite3
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.enrolment import EnrolmentCode
from broadcaster.ledger.audit import record
from kokuchi.database import Connections
from kokuchi.wire.fields import iso


class TerminalUnknown(Exception):  # noqa: N818 - reads as what it says
    """A terminal that is not in the roster."""


class CodeTaken(Exception):  # noqa: N818 - reads as what it says
    """A code that has been given out before, to whichever terminal."""


class CodeRefused(Exception):  # noqa: N818 - reads as what it says
    """A code that opens nothing for this device; `code` is what the ledger knows of it, None if nothing."""

    def __init__(self, code: EnrolmentCode | None) -> None:
        super().__init__("no such code" if code is None else f"a code of {code.terminal}")
        self.code = code


_CODES = "SELECT t.terminal, c.* FROM enrolment_codes AS c JOIN terminals AS t ON t.id = c.terminal_id"


class EnrolmentCodes:
    """Every code that was ever made, by its hash."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, code_hash: str, code: EnrolmentCode) -> None:
        """Keep a new code and void its terminal's earlier ones; raises TerminalUnknown or CodeTaken."""
        try:
            with self._connections.write() as db:
                row = db.execute("SELECT id FROM terminals WHERE terminal = ?", [code.terminal]).fetchone()
                if row is None:
                    raise TerminalUnknown(f"there is no terminal {code.terminal!r}; see `broadcaster terminals list`")
                db.execute(
                    "UPDATE enrolment_codes SET superseded_at = ? WHERE terminal_id = ? AND superseded_at IS NULL",
                    [iso(code.made_at), row["id"]],
                )
                db.execute(
                    "INSERT INTO enrolment_codes (terminal_id, code_hash, made_by, made_at, expires_at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [row["id"], code_hash, code.made_by, iso(code.made_at), iso(code.expires_at)],
                )
                record(db, Entry(code.made_by, Deed.ENROLMENT_CODE_MADE, code.terminal, code.made_at))
        except sqlite3.IntegrityError as error:
            raise CodeTaken from error

    def use(self, code_hash: str, device: str, password_hash: str, now: datetime) -> str:
        """Let a device have a terminal: its code is used and its password is the terminal's; return the terminal.

        One transaction: of two devices with one code, one gets it. Raises CodeRefused.
        """
        with self._connections.write() as db:
            row = db.execute(f"{_CODES} WHERE c.code_hash = ?", [code_hash]).fetchone()
            code = _code(row) if row else None
            if code is None or not code.opens_for(device, now):
                raise CodeRefused(code)
            db.execute(
                "UPDATE enrolment_codes SET used_at = coalesce(used_at, ?), used_by = ? WHERE id = ?",
                [iso(now), device, row["id"]],
            )
            db.execute("UPDATE terminals SET password_hash = ? WHERE id = ?", [password_hash, row["terminal_id"]])
        return code.terminal

    def newest(self, terminal: str) -> EnrolmentCode | None:
        """Return the newest code of a terminal."""
        row = (
            self._connections.read()
            .execute(f"{_CODES} WHERE t.terminal = ? ORDER BY c.id DESC LIMIT 1", [terminal])
            .fetchone()
        )
        return _code(row) if row else None

    def broker_untold(self, terminal: str, fault: str) -> None:
        """Keep why the broker could not be told of the password that a terminal got with its newest code."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE enrolment_codes SET broker_fault = ? WHERE id = (SELECT max(c.id) FROM enrolment_codes AS c"
                " JOIN terminals AS t ON t.id = c.terminal_id WHERE t.terminal = ? AND c.used_at IS NOT NULL)",
                [fault, terminal],
            )

    def broker_told(self) -> None:
        """Keep that the broker knows every password now."""
        if self.untold():
            with self._connections.write() as db:
                db.execute("UPDATE enrolment_codes SET broker_fault = '' WHERE broker_fault != ''")

    def untold(self) -> list[str]:
        """Return the terminals of whose new password the broker does not know."""
        rows = self._connections.read().execute(f"{_CODES} WHERE c.broker_fault != '' ORDER BY t.terminal")
        return list(dict.fromkeys(row["terminal"] for row in rows))


def _code(row: sqlite3.Row) -> EnrolmentCode:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(row[name]) if row[name] else None

    return EnrolmentCode(
        terminal=row["terminal"],
        made_by=row["made_by"],
        made_at=datetime.fromisoformat(row["made_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        used_at=moment("used_at"),
        used_by=row["used_by"],
        superseded_at=moment("superseded_at"),
        broker_fault=row["broker_fault"],
    )
