"""One household's wish to be called back: how what a terminal says of it adds up.

Wishes form a join semilattice, as deliveries do: messages may come late, twice or in any order, and what was withdrawn
stays withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kokuchi.wire import CallbackRequest

SHOWN_FOR = timedelta(days=30)
"""How long one that is over is still listed."""


@dataclass(frozen=True)
class Callback:
    """What a terminal has said of one wish; `alert` and `revision` are what the household had before its eyes."""

    asked_at: datetime
    withdrawn_at: datetime | None = None
    alert: str | None = None
    revision: int | None = None

    @classmethod
    def of(cls, request: CallbackRequest) -> "Callback":
        """Return what a message says."""
        return cls(request.asked_at, request.withdrawn_at, request.alert, request.revision)


def merge(known: Callback, said: Callback) -> Callback:
    """Return what both together say: the earlier question stands, with its alert, and the earlier withdrawal."""
    first = min(known, said, key=lambda one: (one.asked_at, one.alert or "", one.revision or 0))
    withdrawals = [one.withdrawn_at for one in (known, said) if one.withdrawn_at]
    return Callback(first.asked_at, min(withdrawals, default=None), first.alert, first.revision)
