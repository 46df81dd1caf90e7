"""What the running centre does every night while nobody works: it removes what has been kept long enough."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadcaster.domain.retention import Retention
from broadcaster.ledger import Ledger
from kokuchi.storage import FAILED

log = logging.getLogger(__name__)

HOUR = time(3, 0)
"""In the town. The clock of the machine may be set while one waits; so it is looked at every minute."""

LOOK_SECONDS = 60.0


class Nightly:
    """Prunes the ledger once a night."""

    def __init__(self, ledger: Ledger, kept: Retention, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._kept = kept
        self._zone = zone
        self._clock = clock

    async def run(self) -> None:
        """Prune every night until cancelled; on a disk that cannot be written, the next night is another one."""
        due = next_night(self._clock(), self._zone)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._clock() < due:
                continue
            await self.prune()
            due = next_night(self._clock(), self._zone)

    async def prune(self) -> None:
        """Prune now."""
        try:
            removed = await asyncio.to_thread(self._ledger.pruning.prune, self._kept, self._clock())
        except FAILED as error:
            log.error("ledger not pruned", extra={"reason": str(error)})  # noqa: TRY400 - the next night tries again
        else:
            log.info("ledger pruned", extra={"removed": removed})


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next moment at which it is HOUR in the town."""
    here = now.astimezone(zone)
    tonight = datetime.combine(here.date(), HOUR, zone)
    return tonight if tonight > here else datetime.combine(here.date() + timedelta(days=1), HOUR, zone)
