"""Signing each alert once, however many terminals it goes to."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from broadcaster.dispatch.signer import Signer
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
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
        # Publisher, reminders and answers to syncs look from threads of their own.
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Sign everything anew: the key is another one."""
        with self._lock:
            self._sealed.clear()

    def by_row(self, row: int) -> Sealed:
        """Return the signed alert in a row of the ledger."""
        with self._lock:
            known = self._sealed.get(row)
        if known is not None:
            return known
        accepted = self._ledger.alerts.by_row(row)
        if accepted is None:
            raise LookupError(f"alert row {row} is not in the ledger")
        return self.seal(accepted)

    def seal(self, accepted: Accepted) -> Sealed:
        """Return an alert of the ledger in its signed form."""
        with self._lock:
            sealed = self._sealed.get(accepted.row) or Sealed(accepted.alert, seal(accepted.alert, self._signer.key))
            self._sealed[accepted.row] = sealed
            while len(self._sealed) > _KEPT:
                self._sealed.popitem(last=False)
            return sealed
