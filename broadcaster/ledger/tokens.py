"""The tokens of other programs. A token's secret is kept as a hash only."""

import hashlib
import json
import secrets
from collections.abc import Set
from datetime import datetime, timedelta

from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.roles import Act, Role, may
from broadcaster.domain.tokens import Scope, Token
from broadcaster.ledger.audit import record
from kokuchi.storage import CONFLICT, Row, Storage
from kokuchi.wire.fields import iso

PREFIX = "kokuchi_"
"""Each secret begins with it, so that one that was published by mistake can be found."""

_USE_IS_NOTED_EVERY = timedelta(minutes=10)
_TOKENS = (
    "SELECT t.*, a.role FROM api_tokens AS t LEFT JOIN accounts AS a ON a.name = t.made_by AND a.suspended_at IS NULL"
)


class TokenExists(Exception):  # noqa: N818 - reads as what it says
    """There is, or was, a token with this name: what was done with it stays its own in the record of deeds."""


class TokenUnknown(Exception):  # noqa: N818 - reads as what it says
    """There is no token with this name."""


class Tokens:
    """Every token that was ever made."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def make(self, name: str, scopes: Set[Scope], expires_at: datetime, made_by: str, now: datetime) -> str:
        """Make a token and return its secret, which nobody can read again; raises TokenExists."""
        secret = PREFIX + secrets.token_urlsafe(32)
        granted = sorted(scopes)
        try:
            with self._connections.write() as db:
                db.execute(
                    "INSERT INTO api_tokens (name, secret_hash, scopes, made_by, made_at, expires_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [name, _hash(secret), json.dumps(granted), made_by, iso(now), iso(expires_at)],
                )
                record(db, Entry(made_by, Deed.TOKEN_MADE, name, now, " ".join(granted)))
        except CONFLICT as error:
            raise TokenExists(f"there is or was a token {name!r}; choose another name") from error
        return secret

    def find(self, secret: str) -> Token | None:
        """Return the token with this secret, whether it stands or not."""
        row = self._connections.read().execute(f"{_TOKENS} WHERE t.secret_hash = ?", [_hash(secret)]).fetchone()
        return _token(row) if row else None

    def named(self, name: str) -> Token | None:
        """Return the token with this name."""
        row = self._connections.read().execute(f"{_TOKENS} WHERE t.name = ?", [name]).fetchone()
        return _token(row) if row else None

    def all(self) -> list[Token]:
        """Return every token, the newest first."""
        return [_token(row) for row in self._connections.read().execute(f"{_TOKENS} ORDER BY t.id DESC")]

    def revoke(self, name: str, account: str, now: datetime) -> None:
        """End a token; nothing happens if that was done before. Raises TokenUnknown."""
        with self._connections.write() as db:
            if db.execute("SELECT 1 FROM api_tokens WHERE name = ?", [name]).fetchone() is None:
                raise TokenUnknown(f"there is no token {name!r}; see `broadcaster tokens list`")
            ended = db.execute(
                "UPDATE api_tokens SET revoked_at = ?, revoked_by = ? WHERE name = ? AND revoked_at IS NULL",
                [iso(now), account, name],
            ).rowcount
            if ended:
                record(db, Entry(account, Deed.TOKEN_REVOKED, name, now))

    def note_use(self, token: Token, now: datetime) -> None:
        """Keep that a token is in use, to within ten minutes: not every reading request is to write."""
        if token.last_used_at is None or now - token.last_used_at >= _USE_IS_NOTED_EVERY:
            with self._connections.write() as db:
                db.execute("UPDATE api_tokens SET last_used_at = ? WHERE id = ?", [iso(now), token.row])


def _hash(secret: str) -> str:
    # 256 random bits cannot be guessed, so that a slow hash would only slow down every request.
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row) -> Token:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(row[name]) if row[name] else None

    return Token(
        row=row["id"],
        name=row["name"],
        scopes=frozenset(map(Scope, json.loads(row["scopes"]))),
        made_by=row["made_by"],
        made_at=datetime.fromisoformat(row["made_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        maker_stands=row["made_by"] == SHELL or (row["role"] is not None and may(Role(row["role"]), Act.MANAGE)),
        revoked_at=moment("revoked_at"),
        revoked_by=row["revoked_by"],
        last_used_at=moment("last_used_at"),
    )
