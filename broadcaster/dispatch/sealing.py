"""Signing each alert once, however many terminals it goes to."""

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from broadcaster.dispatch.signer import Signer
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import payload_of
from kokuchi.wire import Alert, seal

_KEPT = 500


@dataclass(frozen=True)
class Sealed:
    """An alert with its signed form."""

    alert: Alert
    token: bytes

    def seconds_left(self, now: datetime) -> float:
        """Return for how long the broker need keep it."""
        return (self.alert.expires - now).total_seconds()


class Sealer:
    """Signs alerts and remembers the newest. An alert's row never changes; its signed form does with the key."""

    def __init__(self, ledger: Ledger, signer: Signer) -> None:
        self._ledger = ledger
        self._signer = signer
        self._sealed: OrderedDict[int, Sealed] = OrderedDict()
        self._expected: tuple[str, Sealed] | None = None
        # Publisher, reminders and answers to syncs look from threads of their own.
        self._lock = threading.Lock()
        self._meanwhile = ThreadPoolExecutor(1, "signs")

    def forget(self) -> None:
        """Sign everything anew: the key is another one."""
        with self._lock:
            self._sealed.clear()
            self._expected = None

    def expect(self, alert: Alert) -> None:
        """Sign what is about to be accepted while the disk takes it, for whoever has clicked; returns at once.

        Whether it was accepted the ledger says: this is used for a row that holds the very same alert, and no other.
        """
        self._meanwhile.submit(self._sign_expected, alert)

    def by_row(self, row: int) -> Sealed:
        """Return the signed alert in a row of the ledger."""
        with self._lock:
            known = self._sealed.get(row)
        # Once an alert has ended it may be pruned, and the newest row of a file is then another alert's.
        if known is not None and known.seconds_left(datetime.now(UTC)) > 0:
            return known
        payload = self._ledger.alerts.payload(row)
        if payload is None:
            raise LookupError(f"alert row {row} is not in the ledger")
        with self._lock:
            if self._expected and self._expected[0] == payload:
                sealed = self._expected[1]
            else:
                sealed = self._sign(Alert.model_validate_json(payload))
            self._sealed[row] = sealed
            while len(self._sealed) > _KEPT:
                self._sealed.popitem(last=False)
            return sealed

    def _sign_expected(self, alert: Alert) -> None:
        with self._lock:
            self._expected = payload_of(alert), self._sign(alert)

    def _sign(self, alert: Alert) -> Sealed:
        return Sealed(alert, seal(alert, self._signer.key))
