"""Who may log in. Passwords are kept as argon2id hashes (RFC 9106) only."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from broadcaster.domain.roles import Role
from kokuchi.database import Connections
from kokuchi.wire.fields import iso

MINIMUM_PASSWORD = 10

SHELL = "shell"
"""Whom the ledger names for what was done with the command `broadcaster`, where nobody logs in."""

_hasher = PasswordHasher()


class AccountError(Exception):
    """An account that cannot be made; the message says why."""


@dataclass(frozen=True)
class Account:
    """Somebody who may log in."""

    name: str
    display_name: str
    role: Role


class Accounts:
    """The accounts of staff and operators."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, account: Account, password: str) -> None:
        """Make an account, or raise AccountError."""
        if len(password) < MINIMUM_PASSWORD:
            raise AccountError(f"the password must have at least {MINIMUM_PASSWORD} characters")
        try:
            with self._connections.write() as db:
                db.execute(
                    "INSERT INTO accounts VALUES (?, ?, ?, ?, ?)",
                    [
                        account.name,
                        account.display_name,
                        account.role,
                        _hasher.hash(password),
                        iso(datetime.now(UTC)),
                    ],
                )
        except sqlite3.IntegrityError as error:
            raise AccountError(f"there is an account {account.name!r} already") from error

    def get(self, name: str) -> Account | None:
        """Return an account."""
        row = self._connections.read().execute("SELECT * FROM accounts WHERE name = ?", [name]).fetchone()
        return Account(row["name"], row["display_name"], Role(row["role"])) if row else None

    def all(self) -> list[Account]:
        """Return every account, by name."""
        rows = self._connections.read().execute("SELECT * FROM accounts ORDER BY name")
        return [Account(row["name"], row["display_name"], Role(row["role"])) for row in rows]

    def log_in(self, name: str, password: str) -> Account | None:
        """Return the account if the password is its own. An unknown name takes as long as a wrong password."""
        row = self._connections.read().execute("SELECT * FROM accounts WHERE name = ?", [name]).fetchone()
        if not row:
            _hasher.hash(password)
            return None
        try:
            _hasher.verify(row["password_hash"], password)
        except (VerificationError, InvalidHashError):
            return None
        return Account(row["name"], row["display_name"], Role(row["role"]))
