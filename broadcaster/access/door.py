"""Slows down who guesses at the log-in. What went wrong is counted in the ledger and recorded."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.guessing import OF_ADDRESS, OF_NAME_AT_ADDRESS, OF_NAME_ELSEWHERE, Failures, Patience
from broadcaster.ledger import Ledger
from broadcaster.ledger.audit import record
from broadcaster.ledger.failures import ANY
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)


class Door:
    """Counts failures of names and addresses. Names are kept under a keyed hash: a password may be typed as one."""

    def __init__(self, ledger: Ledger, key: bytes, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._key = key
        self._clock = clock
        # A ledger that cannot be written must not make guessing free.
        self._unwritten: dict[tuple[str, str], Failures] = {}

    def seconds_to_wait(self, name: str, address: str) -> int:
        """Return for how long no attempt with this name is looked at from this address; 0 if one may be made."""
        now = self._clock()
        counted = self._counts(name, address)
        return max(patience.seconds_to_wait(self._failures(*key), now) for key, patience in counted)

    def failed(self, name: str, address: str) -> None:
        """Count and record a failure. A name that no account has is not recorded as it was typed."""
        now = self._clock()
        subject = name if self._ledger.accounts.get(name) else ""
        counted = self._counts(name, address)
        try:
            with self._ledger.connections.write() as db:
                counts = [self._ledger.failures.add(db, *key, now) for key, _ in counted]
                record(db, Entry("", Deed.LOGIN_FAILED, subject, now, address))
                if any(now_is.count == patience.free for now_is, (_, patience) in zip(counts, counted, strict=True)):
                    record(db, Entry("", Deed.LOGIN_HELD_UP, subject, now, address))
        except UNWRITABLE as error:
            log.warning("failed log-in not recorded", extra={"address": address, "reason": str(error)})
            for key, _ in counted:
                known = self._failures(*key)
                self._unwritten[key] = Failures(known.count + 1 if known else 1, now)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name at an address, where its owner is now."""
        key = (self._hash(name), _neighbourhood(address))
        self._unwritten.pop(key, None)
        if self._ledger.failures.get(*key) is None:
            return
        try:
            with self._ledger.connections.write() as db:
                self._ledger.failures.forget(db, *key)
        except UNWRITABLE as error:
            log.warning("failures not forgotten", extra={"address": address, "reason": str(error)})

    def unlock(self, name: str, unlocked_by: str) -> None:
        """Forget all failures of a name, wherever they were made."""
        with self._ledger.connections.write() as db:
            self._ledger.failures.forget(db, self._hash(name))
            record(db, Entry(unlocked_by, Deed.ACCOUNT_UNLOCKED, name, self._clock()))

    def _counts(self, name: str, address: str) -> list[tuple[tuple[str, str], Patience]]:
        """Return by what an attempt is counted."""
        name_hash, place = self._hash(name), _neighbourhood(address)
        counted = [((name_hash, place), OF_NAME_AT_ADDRESS), ((ANY, place), OF_ADDRESS)]
        if not self._ledger.sessions.is_familiar(name, address):
            counted.append(((name_hash, ANY), OF_NAME_ELSEWHERE))
        return counted

    def _failures(self, name_hash: str, place: str) -> Failures | None:
        kept = self._unwritten.get((name_hash, place))
        stored = self._ledger.failures.get(name_hash, place)
        if kept and stored:
            return Failures(max(kept.count, stored.count), max(kept.last, stored.last))
        return kept or stored

    def _hash(self, name: str) -> str:
        return hmac.digest(self._key, name.encode(), hashlib.sha256).hex()


def _neighbourhood(address: str) -> str:
    """Return what counts as one address: of IPv6 the first half, since whoever has one address has all of its half."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64" if isinstance(parsed, IPv6Address) else address
