"""One town's centre without its broker: what is measured in a ledger of years and in an empty one alike."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

from benchmarks.year import Taken
from broadcaster.dispatch.collector import Collector
from broadcaster.ledger import Ledger
from broadcaster.sending import sender
from kokuchi.committing import Committer
from kokuchi.link import Received
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.wire import Alert, DeliveryReport, SyncRequest, Topics, encode
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.large_town import LARGE_TOWN, make_app
from tests.broadcaster.web.town import Clock, presence, report

BATCH = 500
LOOKS = 5
"""How often a page is opened in one measurement: once is so short that another process spoils it."""

_TOPICS = Topics(LARGE_TOWN.id)

ACCEPTED = "an alert accepted, from the click"
FOUND = "found in the outbox and settled"
COLLECTED = "4,500 reports, from the broker to the ledger"
RECORDED = "4,500 reports, the ledger alone"
PRESENCES = "everybody goes and comes back"
SYNCED = "what all terminals, which ask at once, should have"
PAGE = f"the page of the alert, {LOOKS} times"
LOOK = f"its stream's look, {LOOKS} times"


@dataclass
class GrowthTown:
    """A ledger with its pages and its collector, and what each act took so far."""

    ledger: Ledger
    terminals: Sequence[str]
    taken: dict[str, list[Taken]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._clock = Clock()
        # By then nothing of the year is valid any more, and both towns have the same to tell a terminal.
        self._clock.move(days=60)
        self._browser = Browser(make_app(self.ledger, self._clock))

    async def log_in(self, name: str) -> None:
        """Open the pages."""
        await self._browser.log_in(name)

    async def close(self) -> None:
        """Leave the pages."""
        await self._browser.client.aclose()

    async def round(self) -> None:
        """Do everything once."""
        self._clock.move(minutes=1)
        collected, recorded = await self._accept(), await self._accept()
        with self._measured(FOUND):
            self._publish()
        messages = [self._delivery(each) for stage in came_back(collected, self.terminals) for each in stage]
        with self._measured(COLLECTED):
            await collect(self.ledger, messages)
        reports = [each for stage in came_back(recorded, self.terminals) for each in stage]
        with self._measured(RECORDED):
            for first in range(0, len(reports), BATCH):
                self.ledger.deliveries.record(reports[first : first + BATCH])
        messages = [self._presence(terminal, online) for online in (False, True) for terminal in self.terminals]
        with self._measured(PRESENCES):
            await collect(self.ledger, messages)
        with self._measured(SYNCED):
            self.ledger.alerts.active_rows(self.terminals, self._clock())
        await self._look(f"/alerts/{collected.identifier}")

    async def _accept(self) -> Alert:
        checked = await self._browser.post("/alerts/check", ALERT)
        fields = hidden_fields(checked.text)
        # Nobody publishes here, and the page would wait for it.
        with patch.object(sender, "OUT_SECONDS", 0.0), self._measured(ACCEPTED):
            answer = await self._browser.post("/alerts", fields)
        accepted = self.ledger.alerts.get(str(fields["identifier"]))
        if answer.status_code != 303 or accepted is None:
            raise RuntimeError(f"the alert was not accepted: {answer.status_code}")
        return accepted.alert

    def _publish(self) -> None:
        while self.ledger.outbox.has_waiting():
            due = self.ledger.outbox.due(self._clock())
            self.ledger.outbox.settle([(publication, None) for publication in due], self._clock())

    async def _look(self, address: str) -> None:
        with self._measured(PAGE):
            for _ in range(LOOKS):
                answer = await self._browser.get(address)
                if answer.status_code != 200:
                    raise RuntimeError(f"{address} answered {answer.status_code}")
        with self._measured(LOOK):
            for _ in range(LOOKS):
                async with self._browser.events(f"{address}/events") as stream:
                    await stream.parts_after_start()

    @contextmanager
    def _measured(self, name: str) -> Iterator[None]:
        began, worked = time.perf_counter(), time.process_time()
        yield
        taken = Taken(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked))
        self.taken.setdefault(name, []).append(taken)

    def _delivery(self, said: DeliveryReport) -> Received:
        return Received(_TOPICS.delivery(said.terminal), encode(said), False, 1, 1)

    def _presence(self, terminal: str, online: bool) -> Received:
        return Received(_TOPICS.presence(terminal), encode(presence(terminal, online=online)), True, 1, 1)


def came_back(alert: Alert, terminals: Sequence[str]) -> Iterator[list[DeliveryReport]]:
    """Yield what all terminals report, stage by stage: shown, said, confirmed. Each carries what was before."""

    def after(seconds: float) -> datetime:
        return alert.sent + timedelta(seconds=seconds)

    shown = {"received_at": after(1), "displayed_at": after(2)}
    said = {**shown, "voice_started_at": after(3), "voiced_at": after(40)}
    for stages in (shown, said, {**said, "confirmed_at": after(60)}):
        yield [report(alert, terminal, **stages) for terminal in terminals]


async def collect(ledger: Ledger, messages: Sequence[Received]) -> None:
    """Let the collector take messages, until all are committed and acknowledged."""
    done = asyncio.Event()
    left = len(messages)

    def count(size: int) -> None:
        nonlocal left
        left -= size
        if not left:
            done.set()

    async def ask_nobody(_: Sequence[SyncRequest]) -> None:
        raise AssertionError("nobody has asked")

    link = MemoryLink(MemoryBroker(), client_id="centre", subscriptions=[])
    collector = Collector(ledger, link, _TOPICS, Committer(), ask_nobody, on_batch=count)
    task = asyncio.create_task(collector.run())
    for message in messages:
        collector.put(message)
    await done.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
