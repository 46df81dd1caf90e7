"""Builds the parts of a further collector and joins them. It has no pages, no voice and no key."""

import logging
from dataclasses import dataclass, replace

from broadcaster.alone import alone
from broadcaster.collecting.signs import give_signs
from broadcaster.dispatch.further_collector import FurtherCollector
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.claims import claimed
from broadcaster.settings import Settings
from broadcaster.watching import watch_collector
from kokuchi.link import MqttLink
from kokuchi.serving import run_together, until_told_to_end
from kokuchi.wire import Topics

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CollectorProcess:
    """The further collector of a number, which is ready to run."""

    settings: Settings
    town: Town
    number: int

    async def run(self) -> None:
        """Collect until the process is told to end, then leave.

        Raises DatabaseUnusable when it cannot start, RunsAlready then too or when its claim was lost to another one,
        StoodStill when it makes no progress.
        """
        # Beside the ledger, and apart from what the centre writes there about itself.
        folder = self.settings.folder / f"collector-{self.number}"
        what = f"collector {self.number}"
        with alone(folder / "lock", what), claimed(self.settings.ledger, self.number, what) as claim:
            ledger = Ledger(self.settings.ledger)
            name = self.settings.broker.collector_name(self.number)
            topics = Topics(self.town.id)
            link = MqttLink(
                replace(self.settings.broker_address, username=name),
                client_id=name,
                subscriptions=[topics.shared_deliveries(self.settings.broker.group)],
            )
            collector = FurtherCollector(ledger, link, topics, name)

            async def leave_when_told() -> None:
                await until_told_to_end()
                await collector.leave()

            async def close() -> None:
                ledger.close()

            log.info("collector starts", extra={"collector": name})
            await run_together(
                collector.run(),
                leave_when_told(),
                give_signs(ledger, self.number, link),
                *([claim.keep()] if claim else []),
                watch_collector(
                    ledger,
                    collector.vital_parts,
                    folder,
                    status=lambda: "broker connected" if link.is_connected else "broker not connected",
                ),
                close=close,
            )
