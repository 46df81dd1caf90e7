"""The town's signing keys: which are trusted, which one signs for whom, and what each terminal is told."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kokuchi.wire import SigningKey
from kokuchi.wire.trust import may_succeed

FORMER_TRUSTED = timedelta(days=60)
"""How long a former key is trusted after it has last signed: no alert is valid for longer (`Category.valid_hours`)."""


class KeyState(StrEnum):
    """What a key is to the town."""

    NEXT = "next"
    CURRENT = "current"
    FORMER = "former"
    REVOKED = "revoked"


@dataclass(frozen=True)
class KnownKey:
    """A key that the town has or had; the ledger lists them in the order in which they were made."""

    kid: str
    public_pem: str
    state: KeyState
    made_at: datetime
    since: datetime


def trusted(known: Sequence[KnownKey], now: datetime) -> list[KnownKey]:
    """Return the keys that terminals are to trust, the oldest first."""
    return [
        key
        for key in known
        if key.state in (KeyState.CURRENT, KeyState.NEXT)
        or (key.state is KeyState.FORMER and now < key.since + FORMER_TRUSTED)
    ]


@dataclass(frozen=True)
class Keychain:
    """The private keys that the centre has: `former` ones are there for terminals that know no other."""

    current: SigningKey
    next: SigningKey | None = None
    former: tuple[SigningKey, ...] = ()

    def signer_for(self, held: Sequence[str] | None, told: Sequence[str]) -> SigningKey:
        """Return the key whose word a terminal that holds these keys takes on what it is told to trust from now on.

        The current one if nobody knows what it holds, or if there is no such key.
        """
        candidates = [self.current, *([self.next] if self.next else []), *self.former]
        fitting = [key for key in candidates if held and may_succeed(held, key.kid, told)]
        return fitting[0] if fitting else self.current


@dataclass(frozen=True)
class TownTerms:
    """What every terminal of the town is told; `public_keys` and `authorities` are PEM, the oldest first."""

    kinds: Mapping[str, str]
    names: Mapping[str, str]
    public_keys: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return what is another one whenever terminals are to be told something else."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]
