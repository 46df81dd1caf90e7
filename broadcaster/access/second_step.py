"""Codes from an authenticator app (TOTP, RFC 6238) and the ten recovery codes for the day on which it is lost."""

import base64
import hashlib
import hmac
import logging
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken

from broadcaster.ledger import Ledger
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

RECOVERY_CODES = 10

_STEP_SECONDS = 30
_DRIFT_STEPS = 1
"""How far a telephone's clock may be off."""

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_SIGNS = 10


class CodeRefused(Exception):  # noqa: N818 - reads as what it says
    """A code that is wrong, too old, or was used before."""


@dataclass(frozen=True)
class NewSecret:
    """A secret that is shown once: in clear to be typed, as a picture for a camera, sealed for the form."""

    clear: str
    picture: str
    sealed: str


class SecondStep:
    """Turns the second step on and off, and takes codes. Secrets are sealed (Fernet), codes hashed (HMAC)."""

    def __init__(self, ledger: Ledger, key: bytes, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._steps = ledger.second_steps
        self._key = key
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._clock = clock
        # Where the ledger cannot be written, a code still opens once only.
        self._unwritten: dict[str, int] = {}

    def is_on(self, account: str) -> bool:
        """Tell whether an account is asked for a code."""
        return self._steps.secret(account) is not None

    def new_secret(self, account: str, issuer: str) -> NewSecret:
        """Return a secret that an account may turn its second step on with; nothing is kept of it yet."""
        return self._shown(pyotp.random_base32(), account, issuer)

    def shown_again(self, account: str, issuer: str, sealed: str) -> NewSecret:
        """Return the secret of a form that came back, for another try; raises CodeRefused for a foreign one."""
        return self._shown(self._open(account, sealed), account, issuer)

    def turn_on(self, account: str, sealed: str, code: str) -> list[str]:
        """Ask an account for codes from now on; return its recovery codes. Raises CodeRefused if the code is wrong."""
        step = self._matching_step(self._open(account, sealed), code)
        if step is None:
            raise CodeRefused
        codes = _recovery_codes()
        self._steps.turn_on(account, sealed, step, [self._hash(one) for one in codes], self._clock())
        return codes

    def take(self, account: str, code: str) -> None:
        """Use up a code of the app or a recovery code; raises CodeRefused."""
        sealed = self._steps.secret(account)
        if sealed is None:
            raise CodeRefused
        step = self._matching_step(self._open(account, sealed), code)
        if step is not None:
            if not self._use(account, step):
                raise CodeRefused
        elif not self._steps.use_recovery_code(account, self._hash(_plain(code)), self._clock()):
            raise CodeRefused

    def turn_off(self, account: str, turned_off_by: str) -> bool:
        """Ask an account for its password alone; tell whether it was asked for more."""
        return self._steps.turn_off(account, turned_off_by, self._clock())

    def renew_recovery_codes(self, account: str) -> list[str]:
        """Return new recovery codes; the earlier ones are void."""
        codes = _recovery_codes()
        self._steps.renew_recovery_codes(account, [self._hash(one) for one in codes], self._clock())
        return codes

    def recovery_codes_left(self, account: str) -> int:
        """Return how many recovery codes are unused."""
        return self._steps.recovery_codes_left(account)

    def _shown(self, clear: str, account: str, issuer: str) -> NewSecret:
        address = pyotp.TOTP(clear).provisioning_uri(name=account, issuer_name=issuer)
        sealed = self._fernet.encrypt(f"{account}\n{clear}".encode()).decode()
        picture = segno.make(address, micro=False).svg_inline(scale=5, border=4, light="#fff", omitsize=True)
        return NewSecret(clear, picture, sealed)

    def _open(self, account: str, sealed: str) -> str:
        try:
            owner, _, clear = self._fernet.decrypt(sealed.encode()).decode().rpartition("\n")
        except InvalidToken:
            log.error("second step unreadable", extra={"account": account})  # noqa: TRY400 - there is no more to say
            raise CodeRefused from None
        if owner != account:
            raise CodeRefused
        return clear

    def _matching_step(self, clear: str, code: str) -> int | None:
        totp = pyotp.TOTP(clear)
        now = int(self._clock().timestamp()) // _STEP_SECONDS
        given = _plain(code)
        matching = [
            step
            for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
            if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode())
        ]
        return matching[-1] if matching else None

    def _use(self, account: str, step: int) -> bool:
        if step <= self._unwritten.get(account, 0):
            return False
        try:
            return self._steps.use_step(account, step)
        except UNWRITABLE as error:
            log.warning("code used in memory only", extra={"account": account, "reason": str(error)})
            # What the ledger holds can be read still.
            if step <= self._steps.last_step(account):
                return False
            self._unwritten[account] = step
            return True

    def _hash(self, code: str) -> str:
        return hmac.digest(self._key, code.replace("-", "").encode(), hashlib.sha256).hex()


def _plain(code: str) -> str:
    """Return a code without the blanks, hyphens, capitals and wide signs with which it may be typed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).lower() if sign.isalnum())


def _recovery_codes() -> list[str]:
    half = _RECOVERY_SIGNS // 2
    codes = ("".join(secrets.choice(_SIGNS) for _ in range(_RECOVERY_SIGNS)) for _ in range(RECOVERY_CODES))
    return [f"{code[:half]}-{code[half:]}" for code in codes]
