"""The files of the town's signing keys: the current one, the next one, and former ones.

Every terminal trusts the next key long before it signs anything. A former key is kept, too, since a terminal that was
off for years believes no other; nothing but its settings is ever signed with it. What the files say is what holds: a
step that a power cut has ended half way is taken up from there, and the ledger follows.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from broadcaster.domain.audit import SHELL
from broadcaster.domain.signing import Keychain, KeyState, KnownKey, trusted
from broadcaster.ledger import Ledger
from broadcaster.provisioning.secrets import make_signing_key, write_secret
from broadcaster.settings import Settings
from kokuchi.wire import SigningKey
from kokuchi.wire.signature import KeyFileError, public_key


class KeyRefused(Exception):  # noqa: N818 - reads as what it says
    """A change of keys that cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class KeyFiles:
    """Where the keys are."""

    current: Path
    next: Path

    @classmethod
    def of(cls, settings: Settings) -> "KeyFiles":
        """Return where the settings say that they are."""
        return cls(settings.signing_key, settings.next_key)

    def load(self) -> Keychain:
        """Read all keys, or raise KeyFileError if the current one cannot be read: that is what warns people."""
        former = sorted(self.current.parent.glob("former-*.pem"))
        return Keychain(SigningKey.load(self.current), next(_readable(self.next), None), tuple(_readable(*former)))

    def keep_former(self, key: SigningKey) -> None:
        """Keep a key under its own name."""
        write_secret(self.current.with_name(f"former-{key.kid}.pem"), key.to_pem())


def _readable(*paths: Path) -> Iterator[SigningKey]:
    for path in paths:
        with suppress(KeyFileError):
            yield SigningKey.load(path)


class SigningKeyChange:
    """What is done to the town's keys, by somebody at the server."""

    def __init__(self, files: KeyFiles, ledger: Ledger, now: datetime) -> None:
        self._files = files
        self._ledger = ledger
        self._now = now

    def adopt(self, revoked: str | None = None) -> Keychain:
        """Let the ledger follow the files and return the keys; raises KeyFileError, or KeyRefused if one is revoked."""
        chain = self._files.load()
        states = self._ledger.signing_keys.states()
        for key, path in ((chain.current, self._files.current), (chain.next, self._files.next)):
            if key and states.get(key.kid) is KeyState.REVOKED:
                raise KeyRefused(f"{path} is key {key.kid}, which was revoked; take it out of a newer backup")
        self._ledger.signing_keys.settle(chain, SHELL, self._now, revoked)
        return chain

    def make_missing(self) -> list[Path]:
        """Make the keys of a new town, and the next key of one that has none yet; return the files that were made.

        Raises KeyRefused where a key is missing that terminals trust already: another one would be no use to them.
        """
        if self._files.current.exists():
            self.adopt()
        states = self._ledger.signing_keys.states()
        for path, state in ((self._files.current, KeyState.CURRENT), (self._files.next, KeyState.NEXT)):
            kids = [kid for kid, known in states.items() if known is state]
            if kids and not path.exists():
                raise KeyRefused(
                    f"{path} is lost: it was key {kids[0]}, which terminals trust. Take it out of a backup; if there is"
                    " none, `broadcaster keys --help` says what to do"
                )
        made = [path for path in (self._files.current, self._files.next) if make_signing_key(path)]
        self.adopt()
        return made

    def rotate(self) -> Keychain:
        """Let the next key sign from now on and make another next one; the former one stays trusted for a while."""
        return self._move_on(None)

    def revoke(self, kid: str) -> Keychain:
        """Let no terminal trust this key any more; if it was the current one the next one signs."""
        states = self._ledger.signing_keys.states()
        if kid not in states:
            raise KeyRefused(f"there is no key {kid!r}; `broadcaster keys show` lists them")
        match states[kid]:
            case KeyState.REVOKED:
                raise KeyRefused(f"{kid} is revoked already")
            case KeyState.CURRENT:
                return self._move_on(kid)
            case KeyState.NEXT:
                with suppress(KeyFileError):
                    self._files.keep_former(SigningKey.load(self._files.next))
                self._files.next.unlink(missing_ok=True)
                make_signing_key(self._files.next)
        return self.adopt(revoked=kid)

    def start_over(self) -> Keychain:
        """Make both keys anew and revoke all others: no terminal believes them until it was enrolled again."""
        for path in (self._files.current, self._files.next):
            with suppress(KeyFileError):
                self._files.keep_former(SigningKey.load(path))
            path.unlink(missing_ok=True)
            make_signing_key(path)
        chain = self.adopt()
        for kid, state in self._ledger.signing_keys.states().items():
            if state is KeyState.FORMER:
                self.adopt(revoked=kid)
        return chain

    def unready(self) -> list[str]:
        """Return the terminals in service of which nobody knows that they trust the next key."""
        kids = [kid for kid, state in self._ledger.signing_keys.states().items() if state is KeyState.NEXT]
        holdings = self._ledger.terminal_settings.holdings()
        return [held.terminal for held in holdings if not kids or kids[0] not in (held.keys or ())]

    def _move_on(self, revoked: str | None) -> Keychain:
        if not self._files.next.exists():
            raise KeyRefused(
                f"there is no next key: {self._files.next} is missing. Take it out of a backup, or run"
                " `broadcaster setup`"
            )
        SigningKey.load(self._files.next)
        # A current key that is lost, or broken, is no reason to keep the next one waiting.
        with suppress(KeyFileError):
            self._files.keep_former(SigningKey.load(self._files.current))
        self._files.next.replace(self._files.current)
        make_signing_key(self._files.next)
        return self.adopt(revoked)


def public_keys(ledger: Ledger, now: datetime) -> tuple[list[str], tuple[str, ...]]:
    """Return the names and the PEMs of the keys that a new terminal is to trust, the oldest first."""
    keys = trusted(ledger.signing_keys.all(), now)
    return [key.kid for key in keys], tuple(key.public_pem for key in keys)


def fingerprint(key: KnownKey) -> str:
    """Return the SHA-256 of a public key's 32 bytes, of which the `kid` is the beginning."""
    return hashlib.sha256(public_key(key.public_pem.encode()).public_bytes_raw()).hexdigest()
