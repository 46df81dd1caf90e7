"""From the outbox to the broker. What fails waits for the next attempt."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from broadcaster.dispatch.sealing import Sealed, Sealer
from broadcaster.ledger import Ledger
from broadcaster.ledger.outbox import Outcome, Publication
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
        outcomes: list[Outcome] = []
        while True:
            self.pulse.expect(PATIENCE)
            seen = self._ledger.changes.count
            try:
                # What has gone out is not published again for as long as that cannot be written.
                if not outcomes and self._link.is_connected and (due := await asyncio.to_thread(self._due)):
                    outcomes = await self._publish_batch(due)
                if outcomes:
                    await asyncio.to_thread(self._ledger.outbox.settle, outcomes, datetime.now(UTC))
                    is_out = not any(failure for _, failure in outcomes)
                    outcomes = []
                    if is_out:
                        continue
                    seen = self._ledger.changes.count
            except FAILED as error:
                log.error("outbox cannot be used", extra={"reason": str(error)})  # noqa: TRY400 - until the disk heals
            await self._ledger.changes.wait(seen, LOOK_SECONDS)

    def _due(self) -> list[tuple[Publication, Sealed]]:
        """Return some of what waits, signed, in one turn of a thread: whoever has clicked waits for it."""
        due = self._ledger.outbox.due(datetime.now(UTC))
        return [(item, self._sealer.by_row(item.alert_row)) for item in due]

    async def _publish_batch(self, due: Sequence[tuple[Publication, Sealed]]) -> list[Outcome]:
        failures = await asyncio.gather(*(self._publish(item, sealed) for item, sealed in due))
        return [(item, failure) for (item, _), failure in zip(due, failures, strict=True)]

    async def _publish(self, item: Publication, sealed: Sealed) -> str | None:
        try:
            await self._link.publish(item.topic, sealed.token, expires_in=sealed.seconds_left(datetime.now(UTC)))
        except LinkError as error:
            log.warning("alert not published", extra={"topic": item.topic, "reason": str(error)})
            return str(error)
        log.info("alert published", extra={"topic": item.topic, "bytes": len(sealed.token)})
        return None
