"""Who gets in: how long somebody who guesses waits, and the code that may be asked after the password."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from broadcaster.access.door import Door
from broadcaster.access.second_step import SecondStep
from broadcaster.ledger import Ledger

__all__ = ["Access", "Door", "SecondStep"]


class Access:
    """The door and the second step of a centre. Both keep what they keep under keys derived from `secret`.

    A centre with a new secret has forgotten the failures and cannot read the second steps any more: they have to be
    turned off with `broadcaster accounts second-step-off`.
    """

    def __init__(self, ledger: Ledger, secret: str, clock: Callable[[], datetime]) -> None:
        self.door = Door(ledger, _key(secret, b"kokuchi failed log-ins"), clock)
        self.second_step = SecondStep(ledger, _key(secret, b"kokuchi second steps"), clock)


def _key(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, hashlib.sha256)
