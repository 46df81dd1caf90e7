"""Links with which somebody chooses a password, once. An administrator hands one over and never knows the password."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger import passwords
from broadcaster.ledger.accounts import (
    Account,
    AccountError,
    account_of,
    check_password,
    store_password,
    void_links,
)
from broadcaster.ledger.audit import record
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso

VALID = timedelta(hours=24)

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 5, 4
"""Twenty of these signs, none of which looks like another, are 99 bits: nobody guesses them, and they can be typed."""


class LinkFault(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class LinkRefused(Exception):  # noqa: N818 - reads as what it says
    """A link that opens nothing."""

    def __init__(self, fault: LinkFault) -> None:
        super().__init__(f"the link is {fault}")
        self.fault = fault


@dataclass(frozen=True)
class NewLink:
    """A link that was just made; nobody can ask for its token again."""

    token: str
    expires_at: datetime


class PasswordLinks:
    """Every link that was ever made, by its hash. At most one of each account stands."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def make(self, name: str, made_by: str, now: datetime) -> NewLink:
        """Make a link for an account, which voids its earlier one; raises AccountError.

        The old password holds until the link is used: a link that is lost locks nobody out.
        """
        link = NewLink("-".join(_group() for _ in range(_GROUPS)), now + VALID)
        with self._connections.write() as db:
            row = db.execute("SELECT * FROM accounts WHERE name = ? AND suspended_at IS NULL", [name]).fetchone()
            if row is None:
                raise AccountError(
                    f"there is no active account {name!r}",
                    "使えるアカウントがありません。停止中なら、先に再開してください。",
                )
            void_links(db, name, now)
            db.execute(
                "INSERT INTO password_links (token_hash, account, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                [_hash(link.token), name, made_by, iso(now), iso(link.expires_at)],
            )
            record(db, Entry(made_by, Deed.PASSWORD_LINK_MADE, name, now))
        return link

    def account(self, token: str, now: datetime) -> Account:
        """Return whose password a link sets, or raise LinkRefused; nothing is used up by looking."""
        return _opened(self._connections.read(), token, now)

    def use(self, token: str, password: str, now: datetime, *, town: str = "") -> Account:
        """Set the password of the link's account; raises LinkRefused, or AccountError for a password that will not do.

        Of two who use it at the same moment, one does. `town` is the identifier of the town, which is no good password.
        """
        account = self.account(token, now)
        check_password(account, password, town)
        password_hash = passwords.hashed(password)
        with self._connections.write() as db:
            _opened(db, token, now)
            db.execute("UPDATE password_links SET used_at = ? WHERE token_hash = ?", [iso(now), _hash(token)])
            store_password(db, account.name, password_hash, account.name, now)
        return account


def _opened(db: Database, token: str, now: datetime) -> Account:
    row = db.execute(
        "SELECT a.*, l.used_at, l.superseded_at, l.expires_at FROM password_links AS l"
        " JOIN accounts AS a ON a.name = l.account WHERE l.token_hash = ?",
        [_hash(token)],
    ).fetchone()
    if row is None:
        raise LinkRefused(LinkFault.UNKNOWN)
    if fault := _fault(row, now):
        raise LinkRefused(fault)
    return account_of(row)


def _fault(row: Row, now: datetime) -> LinkFault | None:
    if row["used_at"]:
        return LinkFault.USED
    if row["superseded_at"] or row["suspended_at"]:
        return LinkFault.SUPERSEDED
    return LinkFault.EXPIRED if now >= datetime.fromisoformat(row["expires_at"]) else None


def _group() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_GROUP))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
