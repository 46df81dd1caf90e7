"""Who is logged in, by the hash of a token that only the browser has.

A ledger that cannot be written, say on a full disk, must not keep anybody from reading who was reached: what begins or
ends then is kept in memory, for this process.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.session import SECOND_STEP, SEEN_EVERY, is_over
from broadcaster.ledger.accounts import Account, account_of, end_sessions
from broadcaster.ledger.audit import record
from kokuchi.storage import UNWRITABLE, Row, Storage
from kokuchi.wire.fields import iso

log = logging.getLogger(__name__)

FAMILIAR = timedelta(days=30)
"""How long it is remembered from where an account has logged in."""


@dataclass(frozen=True)
class Session:
    """One log-in of an account."""

    token_hash: str
    account: str
    begun_at: datetime
    seen_at: datetime
    address: str
    waits_for_code: bool = False


class Sessions:
    """The sessions of all accounts."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections
        self._unwritten: dict[str, Session] = {}
        self._ended: set[str] = set()

    def begin(self, token: str, account: str, address: str, now: datetime, *, waits_for_code: bool = False) -> None:
        """Begin a session; one that waits for a code opens nothing but the page that asks for it."""
        session = Session(hash_of(token), account, now, now, address, waits_for_code)
        try:
            with self._connections.write() as db:
                db.execute("DELETE FROM sessions WHERE begun_at < ?", [iso(now - FAMILIAR)])
                db.execute(
                    "INSERT INTO sessions (token_hash, account, begun_at, seen_at, address, waits_for_code)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [session.token_hash, account, iso(now), iso(now), address, waits_for_code],
                )
                if not waits_for_code:
                    record(db, Entry(account, Deed.LOGGED_IN, account, now, address))
        except UNWRITABLE as error:
            log.warning("session kept in memory", extra={"account": account, "reason": str(error)})
            self._unwritten[session.token_hash] = session

    def who(self, token: str, now: datetime) -> Account | None:
        """Return who is logged in with a token, as the account is now."""
        session = self.get(token, now)
        if session is None or session.waits_for_code:
            return None
        return self._account(session)

    def who_waits(self, token: str, now: datetime) -> Account | None:
        """Return who has given the right password with a token and now has to give a code."""
        session = self.get(token, now)
        if session is None or not session.waits_for_code or now - session.begun_at >= SECOND_STEP:
            return None
        return self._account(session)

    def get(self, token: str, now: datetime) -> Session | None:
        """Return a session that has not ended."""
        key = hash_of(token)
        if key in self._ended:
            return None
        row = (
            self._connections.read()
            .execute("SELECT * FROM sessions WHERE token_hash = ? AND ended_at IS NULL", [key])
            .fetchone()
        )
        session = _session(row) if row else self._unwritten.get(key)
        return None if session is None or is_over(session.begun_at, session.seen_at, now) else session

    def seen(self, token: str, now: datetime) -> None:
        """Note that somebody is there; it is written once a minute at most."""
        session = self.get(token, now)
        if session is None or now - session.seen_at < SEEN_EVERY:
            return
        try:
            with self._connections.write() as db:
                db.execute("UPDATE sessions SET seen_at = ? WHERE token_hash = ?", [iso(now), session.token_hash])
        except UNWRITABLE as error:
            log.warning("session not noted", extra={"account": session.account, "reason": str(error)})

    def end(self, token: str, now: datetime) -> None:
        """End a session, wherever else its cookie has been copied to."""
        session = self.get(token, now)
        if session is None:
            return
        try:
            with self._connections.write() as db:
                db.execute("UPDATE sessions SET ended_at = ? WHERE token_hash = ?", [iso(now), session.token_hash])
                if not session.waits_for_code:
                    record(db, Entry(session.account, Deed.LOGGED_OUT, session.account, now, session.address))
        except UNWRITABLE as error:
            self._ended.add(session.token_hash)
            log.warning("session ended in memory only", extra={"account": session.account, "reason": str(error)})

    def end_others(self, account: str, keep: str, ended_by: str, now: datetime) -> int:
        """End all sessions of an account but for the one with the token `keep`; return how many."""
        with self._connections.write() as db:
            ended = end_sessions(db, account, now, hash_of(keep))
            if ended:
                record(db, Entry(ended_by, Deed.SESSIONS_ENDED, account, now, str(ended)))
        return ended

    def of_account(self, account: str, now: datetime) -> list[Session]:
        """Return the open sessions of an account, the newest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM sessions WHERE account = ? AND ended_at IS NULL AND waits_for_code = 0 ORDER BY id DESC",
            [account],
        )
        return [session for session in map(_session, rows) if not is_over(session.begun_at, session.seen_at, now)]

    def is_familiar(self, account: str, address: str) -> bool:
        """Tell whether an account has logged in from an address lately."""
        row = self._connections.read().execute(
            "SELECT 1 FROM sessions WHERE account = ? AND address = ? AND waits_for_code = 0", [account, address]
        )
        return row.fetchone() is not None

    def _account(self, session: Session) -> Account | None:
        row = self._connections.read().execute("SELECT * FROM accounts WHERE name = ?", [session.account]).fetchone()
        account = account_of(row) if row else None
        return None if account is None or account.suspended else account


def hash_of(token: str) -> str:
    """Return what the ledger keeps of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: Row) -> Session:
    return Session(
        row["token_hash"],
        row["account"],
        datetime.fromisoformat(row["begun_at"]),
        datetime.fromisoformat(row["seen_at"]),
        row["address"],
        bool(row["waits_for_code"]),
    )
