"""Erasing a household from the centre: in the ledger, and the files that were written for its device."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from broadcaster.ledger import Ledger


@dataclass(frozen=True)
class Households:
    """What erases. `devices` is the folder with the files for each device, `backups_kept` how long a backup is kept."""

    ledger: Ledger
    devices: Path | None
    backups_kept: timedelta | None
    clock: Callable[[], datetime]

    def erase(self, terminal: str, by: str) -> bool:
        """Erase the household of a terminal; return False if it was erased before or there is no such terminal."""
        erased = self.ledger.erasure.erase(terminal, by, self.clock())
        if erased and self.devices is not None:
            shutil.rmtree(self.devices / terminal, ignore_errors=True)
        return erased

    def in_backups_until(self) -> datetime | None:
        """Return when the last backup is removed that still holds what is erased now; None if nobody knows."""
        return self.clock() + self.backups_kept if self.backups_kept else None
