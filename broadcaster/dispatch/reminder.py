"""Sends an alert again to terminals that are connected and yet say nothing, less and less often, until it expires."""

import asyncio
import logging
from datetime import UTC, datetime

from broadcaster.dispatch.sealing import Sealer
from broadcaster.ledger import Ledger
from broadcaster.ledger.reminders import Reminder
from kokuchi.link import Link, LinkError
from kokuchi.storage import FAILED
from kokuchi.wire import Audience, AudienceKind, Topics

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class Reminders:
    """Watches the ledger for silent terminals."""

    def __init__(self, ledger: Ledger, link: Link, sealer: Sealer, topics: Topics) -> None:
        self._ledger = ledger
        self._link = link
        self._sealer = sealer
        self._topics = topics

    async def run(self) -> None:
        """Remind until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = datetime.now(UTC)
            try:
                if not self._link.is_connected or not await asyncio.to_thread(self._ledger.reminders.are_due, now):
                    continue
                due = await asyncio.to_thread(self._ledger.reminders.claim, now)
            except FAILED as error:
                log.error("reminders cannot be written", extra={"reason": str(error)})  # noqa: TRY400 - the disk may heal
                continue
            await asyncio.gather(*(self._remind(reminder) for reminder in due))

    async def _remind(self, reminder: Reminder) -> None:
        [topic] = self._topics.of_audience(Audience(kind=AudienceKind.TERMINALS, members=(reminder.terminal,)))
        try:
            sealed = await asyncio.to_thread(self._sealer.by_row, reminder.alert_row)
            await self._link.publish(topic, sealed.token, expires_in=sealed.seconds_left(datetime.now(UTC)))
        except (LinkError, *FAILED) as error:
            log.warning("reminder not sent", extra={"terminal": reminder.terminal, "reason": str(error)})
        else:
            log.info("alert sent again", extra={"terminal": reminder.terminal, "alert": sealed.alert.identifier})
