"""Who may log in. Every change is recorded in its own transaction, and at least one administrator always stays."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from broadcaster.domain.audit import CLOCK, SHELL, Deed, Entry
from broadcaster.domain.passwords import problem_with
from broadcaster.domain.roles import Role
from broadcaster.domain.tokens import ACTOR_PREFIX
from broadcaster.ledger import passwords
from broadcaster.ledger.audit import record
from kokuchi.storage import CONFLICT, UNWRITABLE, Database, Row, Storage
from kokuchi.wire.fields import iso


class AccountError(Exception):
    """An account that cannot be made or changed so; the message says why, `japanese` says it to staff."""

    def __init__(self, english: str, japanese: str, field: str = "name") -> None:
        super().__init__(english)
        self.japanese = japanese
        self.field = field

    @classmethod
    def unknown(cls, name: str) -> "AccountError":
        """Return the error of a name that no account has."""
        return cls(
            f"there is no account {name!r}; `broadcaster accounts list` shows them", "このアカウントは、ありません。"
        )


class LastAdministrator(AccountError):  # noqa: N818 - reads as what it says
    """Without this account nobody could manage the others."""

    def __init__(self) -> None:
        super().__init__(
            "this is the last administrator who can log in; make another one first",
            "ログインできる管理者が、ほかにいません。先に、ほかの人を管理者にしてください。",
            "role",
        )


@dataclass(frozen=True)
class Account:
    """Somebody who may log in, unless suspended."""

    name: str
    display_name: str
    role: Role
    suspended: bool = False


@dataclass(frozen=True)
class Person:
    """An account as those see it who look after the accounts."""

    account: Account
    has_password: bool
    has_second_step: bool
    last_login: datetime | None


class Accounts:
    """The accounts of staff and operators."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def add(
        self,
        account: Account,
        password: str | None,
        made_by: str = SHELL,
        now: datetime | None = None,
        *,
        town: str = "",
    ) -> None:
        """Make an account, or raise AccountError. Without a password its owner chooses one by a link.

        `town` is the identifier of the town, which is no good password.
        """
        if account.name in (SHELL, CLOCK) or account.name.startswith(ACTOR_PREFIX):
            message = f"{account.name!r} stands for what no person does: the commands, the clock, other programs"
            raise AccountError(message, "このアカウント名は使えません。ほかの名前にしてください。")
        password_hash = passwords.NONE if password is None else _hashed(account, password, town)
        at = now or datetime.now(UTC)
        try:
            with self._connections.write() as db:
                db.execute(
                    "INSERT INTO accounts (name, display_name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?)",
                    [account.name, account.display_name, account.role, password_hash, iso(at)],
                )
                record(db, Entry(made_by, Deed.ACCOUNT_MADE, account.name, at, account.role))
        except CONFLICT as error:
            raise AccountError(
                f"there is an account {account.name!r} already",
                f"「{account.name}」というアカウントは、もうあります。ほかの名前にしてください。",
            ) from error

    def get(self, name: str) -> Account | None:
        """Return an account."""
        row = self._connections.read().execute("SELECT * FROM accounts WHERE name = ?", [name]).fetchone()
        return account_of(row) if row else None

    def all(self) -> list[Account]:
        """Return every account, by name."""
        return [account_of(row) for row in self._connections.read().execute("SELECT * FROM accounts ORDER BY name")]

    def people(self) -> list[Person]:
        """Return every account with what an administrator has to know of it, those in use first, by name."""
        rows = self._connections.read().execute(
            "SELECT a.*, (SELECT max(begun_at) FROM sessions WHERE account = a.name AND waits_for_code = 0) AS last"
            " FROM accounts AS a ORDER BY suspended_at IS NOT NULL, name"
        )
        return [
            Person(
                account_of(row),
                has_password=row["password_hash"] != passwords.NONE,
                has_second_step=row["totp_secret"] is not None,
                last_login=datetime.fromisoformat(row["last"]) if row["last"] else None,
            )
            for row in rows
        ]

    def log_in(self, name: str, password: str) -> Account | None:
        """Return the account if the password is its own and it is not suspended.

        An unknown name takes as long as a wrong password. A hash made with less care than today's is renewed.
        """
        row = self._connections.read().execute("SELECT * FROM accounts WHERE name = ?", [name]).fetchone()
        fits = passwords.fits(row["password_hash"] if row else passwords.NONE, password)
        if not fits or row["suspended_at"]:
            return None
        if passwords.is_outdated(row["password_hash"]):
            # On a disk that is full one can still log in; the hash is renewed the next time.
            with suppress(*UNWRITABLE), self._connections.write() as db:
                db.execute(
                    "UPDATE accounts SET password_hash = ? WHERE name = ? AND password_hash = ?",
                    [passwords.hashed(password), name, row["password_hash"]],
                )
        return account_of(row)

    def change(self, name: str, display_name: str, role: Role, changed_by: str, now: datetime) -> None:
        """Give an account another display name and role, at once for its open sessions too; raises AccountError."""
        with self._connections.write() as db:
            before = _find(db, name)
            if (before.display_name, before.role) == (display_name, role):
                return
            db.execute("UPDATE accounts SET display_name = ?, role = ? WHERE name = ?", [display_name, role, name])
            _keep_an_administrator(db, before)
            detail = f"{before.role} → {role}" if before.role is not role else display_name
            record(db, Entry(changed_by, Deed.ACCOUNT_CHANGED, name, now, detail))

    def suspend(self, name: str, suspended_by: str, now: datetime) -> None:
        """Let nobody log in with an account, and end its sessions and links; raises AccountError."""
        with self._connections.write() as db:
            before = _find(db, name)
            if before.suspended:
                return
            db.execute("UPDATE accounts SET suspended_at = ? WHERE name = ?", [iso(now), name])
            _keep_an_administrator(db, before)
            end_sessions(db, name, now)
            void_links(db, name, now)
            record(db, Entry(suspended_by, Deed.ACCOUNT_SUSPENDED, name, now))

    def reactivate(self, name: str, reactivated_by: str, now: datetime) -> None:
        """Undo a suspension, with the password as it was; raises AccountError."""
        with self._connections.write() as db:
            if not _find(db, name).suspended:
                return
            db.execute("UPDATE accounts SET suspended_at = NULL WHERE name = ?", [name])
            record(db, Entry(reactivated_by, Deed.ACCOUNT_REACTIVATED, name, now))

    def change_password(
        self, name: str, password: str, changed_by: str, now: datetime, keep: str = "", *, town: str = ""
    ) -> None:
        """Set a password and end the sessions, but for the one with the token hash `keep`; raises AccountError.

        `town` is the identifier of the town, which is no good password.
        """
        account = self.get(name)
        if account is None:
            raise AccountError.unknown(name)
        password_hash = _hashed(account, password, town)
        with self._connections.write() as db:
            store_password(db, name, password_hash, changed_by, now, keep)


def account_of(row: Row) -> Account:
    """Return the account in a row of its table."""
    return Account(row["name"], row["display_name"], Role(row["role"]), row["suspended_at"] is not None)


def store_password(db: Database, name: str, password_hash: str, changed_by: str, now: datetime, keep: str = "") -> None:
    """Set a password within a transaction: what was opened with the old one ends, links are void."""
    db.execute("UPDATE accounts SET password_hash = ? WHERE name = ?", [password_hash, name])
    end_sessions(db, name, now, keep)
    void_links(db, name, now)
    record(db, Entry(changed_by, Deed.PASSWORD_CHANGED, name, now))


def end_sessions(db: Database, name: str, now: datetime, keep: str = "") -> int:
    """End an account's sessions within a transaction, but for the one with this token hash; return how many."""
    return int(
        db.execute(
            "UPDATE sessions SET ended_at = ? WHERE account = ? AND ended_at IS NULL AND token_hash != ?",
            [iso(now), name, keep],
        ).rowcount
    )


def void_links(db: Database, name: str, now: datetime) -> None:
    """Void an account's links within a transaction."""
    db.execute(
        "UPDATE password_links SET superseded_at = ? WHERE account = ? AND superseded_at IS NULL AND used_at IS NULL",
        [iso(now), name],
    )


def check_password(account: Account, password: str, town: str) -> None:
    """Raise AccountError if a password will not do for an account."""
    if problem := problem_with(password, account.name, account.display_name, town):
        raise AccountError(problem.english, problem.japanese, problem.field)


def _hashed(account: Account, password: str, town: str) -> str:
    check_password(account, password, town)
    return passwords.hashed(password)


def _find(db: Database, name: str) -> Account:
    row = db.execute("SELECT * FROM accounts WHERE name = ?", [name]).fetchone()
    if row is None:
        raise AccountError.unknown(name)
    return account_of(row)


def _keep_an_administrator(db: Database, before: Account) -> None:
    """Raise LastAdministrator, which undoes the transaction, if an administrator's change has left none.

    One who has not chosen a password yet does not count: the link may never be used.
    """
    left = db.execute(
        "SELECT count(*) FROM accounts WHERE role = ? AND suspended_at IS NULL AND password_hash != ?",
        [Role.ADMINISTRATOR, passwords.NONE],
    ).fetchone()[0]
    if left == 0 and before.role is Role.ADMINISTRATOR:
        raise LastAdministrator
