"""From the outbox to the broker. Rows first, then publish; what fails waits for the next attempt."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from broadcaster.dispatch.sealing import Sealed, Sealer
from broadcaster.ledger import Ledger
from broadcaster.ledger.outbox import Publication
from kokuchi.link import Link, LinkError
from kokuchi.pulse import Pulse
from kokuchi.storage import FAILED

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often the outbox is looked at when nobody announces a change; a failed attempt waits as long."""

PATIENCE = 100.0
"""Seconds for one look. A broker that is there no more is known to be so after 40, and then nothing is waited for."""


class Publisher:
    """Publishes what waits in the outbox, as soon as it is written and the broker is there.

    `pulse` is overdue when it has stood still, whatever the reason: a broker that is away is none.
    """

    def __init__(self, ledger: Ledger, link: Link, sealer: Sealer) -> None:
        self._ledger = ledger
        self._link = link
        self._sealer = sealer
        self.pulse = Pulse()

    async def run(self) -> None:
        """Publish until cancelled. A ledger that cannot be written is tried again, as a broker that is away is."""
        released = False
        while True:
            self.pulse.expect(PATIENCE)
            seen = self._ledger.changes.count
            try:
                if not released:
                    await asyncio.to_thread(self._ledger.outbox.release)
                    released = True
                if self._link.is_connected and (claimed := await asyncio.to_thread(self._claim)):
                    if await self._publish_batch(claimed):
                        continue
                    seen = self._ledger.changes.count
            except FAILED as error:
                log.error("outbox cannot be used", extra={"reason": str(error)})  # noqa: TRY400 - until the disk heals
                released = False
            await self._ledger.changes.wait(seen, LOOK_SECONDS)

    def _claim(self) -> list[tuple[Publication, Sealed]]:
        """Claim some of what waits and sign it, in one turn of a thread: whoever has clicked waits for it."""
        if not self._ledger.outbox.has_waiting():
            return []
        claimed = self._ledger.outbox.claim(datetime.now(UTC))
        return [(item, self._sealer.by_row(item.alert_row)) for item in claimed]

    async def _publish_batch(self, claimed: Sequence[tuple[Publication, Sealed]]) -> bool:
        """Publish what was claimed; tell whether everything that was tried went out."""
        failures = await asyncio.gather(*(self._publish(item, sealed) for item, sealed in claimed))
        outcomes = [(item, failure) for (item, _), failure in zip(claimed, failures, strict=True)]
        await asyncio.to_thread(self._ledger.outbox.settle, outcomes, datetime.now(UTC))
        return not any(failures)

    async def _publish(self, item: Publication, sealed: Sealed) -> str | None:
        try:
            await self._link.publish(item.topic, sealed.token, expires_in=sealed.seconds_left(datetime.now(UTC)))
        except LinkError as error:
            log.warning("alert not published", extra={"topic": item.topic, "reason": str(error)})
            return str(error)
        log.info("alert published", extra={"topic": item.topic, "bytes": len(sealed.token)})
        return None
