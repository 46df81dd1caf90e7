"""The codes with which devices take over terminals. At most one of each terminal stands; a newer one voids it."""

from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.enrolment import EnrolmentCode
from broadcaster.domain.service import Service
from broadcaster.ledger import latecomers
from broadcaster.ledger.audit import record
from broadcaster.ledger.terminals import TerminalOutOfService, TerminalUnknown
from broadcaster.ledger.untold import owe
from kokuchi.storage import CONFLICT, Row, Storage
from kokuchi.wire.fields import iso


class CodeTaken(Exception):  # noqa: N818 - reads as what it says
    """A code that has been given out before, to whichever terminal."""


class CodeRefused(Exception):  # noqa: N818 - reads as what it says
    """A code that opens nothing for this device; `code` is what the ledger knows of it, None if nothing.

    `service` is its terminal's: no code opens one that is out of service.
    """

    def __init__(self, code: EnrolmentCode | None, service: Service = Service.IN_SERVICE) -> None:
        super().__init__("no such code" if code is None else f"a code of {code.terminal}")
        self.code = code
        self.service = service


_CODES = "SELECT t.terminal, t.service, c.* FROM enrolment_codes AS c JOIN terminals AS t ON t.id = c.terminal_id"


class EnrolmentCodes:
    """Every code that was ever made, by its hash."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def add(self, code_hash: str, code: EnrolmentCode) -> None:
        """Keep a new code and void its terminal's earlier ones.

        Raises TerminalUnknown, TerminalOutOfService or CodeTaken.
        """
        try:
            with self._connections.write() as db:
                row = db.execute("SELECT id, service FROM terminals WHERE terminal = ?", [code.terminal]).fetchone()
                if row is None:
                    raise TerminalUnknown.named(code.terminal)
                if row["service"] != Service.IN_SERVICE:
                    raise TerminalOutOfService(code.terminal, Service(row["service"]))
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
        except CONFLICT as error:
            raise CodeTaken from error

    def use(self, code_hash: str, device: str, password_hash: str, now: datetime) -> str:
        """Let a device have a terminal: its code is used and its password is the terminal's; return the terminal.

        One transaction: of two devices with one code, one gets it. Raises CodeRefused.
        """
        with self._connections.write() as db:
            row = db.execute(f"{_CODES} WHERE c.code_hash = ?", [code_hash]).fetchone()
            code = _code(row) if row else None
            if code is None or row["service"] != Service.IN_SERVICE or not code.opens_for(device, now):
                raise CodeRefused(code, Service(row["service"]) if row else Service.IN_SERVICE)
            db.execute(
                "UPDATE enrolment_codes SET used_at = coalesce(used_at, ?), used_by = ? WHERE id = ?",
                [iso(now), device, row["id"]],
            )
            db.execute("UPDATE terminals SET password_hash = ? WHERE id = ?", [password_hash, row["terminal_id"]])
            latecomers.address(db, row["terminal_id"], now)
            owe(db, [code.terminal])
        return code.terminal

    def standing(self, now: datetime) -> frozenset[str]:
        """Return the terminals of which a code stands."""
        rows = self._connections.read().execute(
            f"{_CODES} WHERE c.used_at IS NULL AND c.superseded_at IS NULL AND c.expires_at > ?", [iso(now)]
        )
        return frozenset(row["terminal"] for row in rows)

    def newest(self, terminal: str) -> EnrolmentCode | None:
        """Return the newest code of a terminal."""
        row = (
            self._connections.read()
            .execute(f"{_CODES} WHERE t.terminal = ? ORDER BY c.id DESC LIMIT 1", [terminal])
            .fetchone()
        )
        return _code(row) if row else None


def _code(row: Row) -> EnrolmentCode:
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
    )
