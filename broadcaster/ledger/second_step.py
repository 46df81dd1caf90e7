"""The second step of the log-in: an account's sealed secret, the last time step that was used, recovery codes."""

from collections.abc import Sequence
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger.audit import record
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


class SecondSteps:
    """What the ledger holds of it. Secrets are sealed and codes hashed by whoever calls."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def secret(self, account: str) -> str | None:
        """Return an account's sealed secret, None if it has no second step."""
        row = self._connections.read().execute("SELECT totp_secret FROM accounts WHERE name = ?", [account]).fetchone()
        return row["totp_secret"] if row else None

    def turn_on(self, account: str, sealed: str, step: int, code_hashes: Sequence[str], now: datetime) -> None:
        """Ask this account for codes from now on; the code of `step` is used up."""
        with self._connections.write() as db:
            db.execute("UPDATE accounts SET totp_secret = ?, totp_step = ? WHERE name = ?", [sealed, step, account])
            db.execute("DELETE FROM recovery_codes WHERE account = ?", [account])
            db.executemany(
                "INSERT INTO recovery_codes (account, code_hash) VALUES (?, ?)",
                [(account, code_hash) for code_hash in code_hashes],
            )
            record(db, Entry(account, Deed.SECOND_STEP_ON, account, now))

    def turn_off(self, account: str, turned_off_by: str, now: datetime) -> bool:
        """Ask this account for its password alone; tell whether it was asked for more."""
        with self._connections.write() as db:
            changed = db.execute(
                "UPDATE accounts SET totp_secret = NULL WHERE name = ? AND totp_secret IS NOT NULL", [account]
            ).rowcount
            db.execute("DELETE FROM recovery_codes WHERE account = ?", [account])
            if changed:
                record(db, Entry(turned_off_by, Deed.SECOND_STEP_OFF, account, now))
        return changed > 0

    def last_step(self, account: str) -> int:
        """Return the latest time step whose code was used up."""
        row = self._connections.read().execute("SELECT totp_step FROM accounts WHERE name = ?", [account]).fetchone()
        return int(row["totp_step"]) if row else 0

    def use_step(self, account: str, step: int) -> bool:
        """Use up the code of a time step; False if it or a later one was used before."""
        with self._connections.write() as db:
            return bool(
                db.execute(
                    "UPDATE accounts SET totp_step = ? WHERE name = ? AND totp_step < ?", [step, account, step]
                ).rowcount
            )

    def use_recovery_code(self, account: str, code_hash: str, now: datetime) -> bool:
        """Use up a recovery code; False if there is none that stands."""
        with self._connections.write() as db:
            used = db.execute(
                "UPDATE recovery_codes SET used_at = ? WHERE account = ? AND code_hash = ? AND used_at IS NULL",
                [iso(now), account, code_hash],
            ).rowcount
            if used:
                record(db, Entry(account, Deed.RECOVERY_CODE_USED, account, now))
        return used > 0

    def renew_recovery_codes(self, account: str, code_hashes: Sequence[str], now: datetime) -> None:
        """Let these be the recovery codes; the earlier ones are void."""
        with self._connections.write() as db:
            db.execute("DELETE FROM recovery_codes WHERE account = ?", [account])
            db.executemany(
                "INSERT INTO recovery_codes (account, code_hash) VALUES (?, ?)",
                [(account, code_hash) for code_hash in code_hashes],
            )
            record(db, Entry(account, Deed.RECOVERY_CODES_MADE, account, now))

    def recovery_codes_left(self, account: str) -> int:
        """Return how many recovery codes are unused."""
        row = self._connections.read().execute(
            "SELECT count(*) FROM recovery_codes WHERE account = ? AND used_at IS NULL", [account]
        )
        return int(row.fetchone()[0])
