"""The codes with which a device takes over a terminal: what state one is in. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

VALID = timedelta(days=7)


class CodeState(StrEnum):
    """What has become of a code."""

    STANDING = "standing"
    USED = "used"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class EnrolmentCode:
    """One code of one terminal; the ledger keeps its hash only.

    `used_by` is the hash of the secret of the device that used it.
    """

    terminal: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = ""
    superseded_at: datetime | None = None

    def state(self, now: datetime) -> CodeState:
        """Return what has become of it."""
        if self.used_at is not None:
            return CodeState.USED
        if self.superseded_at is not None:
            return CodeState.SUPERSEDED
        return CodeState.EXPIRED if now >= self.expires_at else CodeState.STANDING

    def opens_for(self, device: str, now: datetime) -> bool:
        """Tell whether a device, known by the hash of its secret, may use it.

        The device that has used it may do so again while no newer one was made: its answer may have been lost.
        """
        if self.state(now) is CodeState.USED:
            return device == self.used_by and self.superseded_at is None and now < self.expires_at
        return self.state(now) is CodeState.STANDING
