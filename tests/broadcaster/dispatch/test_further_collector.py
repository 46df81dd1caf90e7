"""Several collectors write what one town reports (promise 3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.dispatch.further_collector import FurtherCollector
from broadcaster.domain.delivery import Delivery
from broadcaster.ledger import Ledger
from kokuchi.link.memory import MemoryLink
from tests.broadcaster.dispatch.town import Town, fresh
from tests.broadcaster.examples import NOW, TOPICS, accept, presence, report
from tests.waiting import until

NAME, GROUP = "centre@2", "group"
STAGES = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")


class Further:
    """A further collector on the broker of a town in memory."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._task: asyncio.Task[None] | None = None
        self.collector = self._new()

    def _new(self) -> FurtherCollector:
        link = MemoryLink(self._town.broker, client_id=NAME, subscriptions=[TOPICS.shared_deliveries(GROUP)])
        return FurtherCollector(self._town.ledger, link, TOPICS, NAME)

    @property
    def is_known(self) -> bool:
        """Whether the broker keeps a session, and so a share of the reports, for it."""
        return NAME in self._town.broker.sessions

    @property
    def waiting(self) -> int:
        """How much the broker keeps for it."""
        return len(self._town.broker.sessions[NAME].unacknowledged)

    async def start(self) -> None:
        self.collector = self._new()
        self._task = asyncio.create_task(self.collector.run())
        await until(lambda: self.is_known)

    async def stop(self) -> None:
        """End it without a word."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None


@pytest.fixture
async def further(town: Town) -> AsyncIterator[Further]:
    """A collector that runs beside a centre which shares its reports; there is one alert."""
    accept(town.ledger, fresh())
    shared = MemoryLink(town.broker, client_id="centre", subscriptions=subscriptions(TOPICS, GROUP))
    await town.start_centre(shared)
    further = Further(town)
    await further.start()
    yield further
    await further.stop()


def deliveries(ledger: Ledger) -> list[Delivery]:
    accepted = ledger.alerts.get("a-1")
    assert accepted is not None
    return [line.delivery for line in ledger.deliveries.of_alert(accepted.row)]


async def say_all(town: Town) -> None:
    """Let each terminal report stage after stage; whoever's turn it is gets each report."""
    for terminal in ("t-1", "t-2", "t-3"):
        for count in range(1, len(STAGES) + 1):
            reached: dict[str, Any] = dict.fromkeys(STAGES[:count], NOW)
            await town.say(TOPICS.delivery(terminal), report(terminal, **reached))


async def test_what_is_shared_is_written_whoever_gets_it(town: Town, further: Further) -> None:
    await say_all(town)
    await until(lambda: all(delivery.is_complete for delivery in deliveries(town.ledger)))
    await until(lambda: town.unacknowledged == [] and further.waiting == 0)


async def test_what_must_not_be_shared_comes_to_the_centre_alone(town: Town, further: Further) -> None:
    await further.stop()
    for _ in range(4):
        await town.say(TOPICS.presence("t-2"), presence("t-2"))
        await town.say(TOPICS.sync("t-2"), b"")
        await town.say(TOPICS.request("t-2"), b"")
    assert further.waiting == 0


async def test_the_share_of_one_that_was_killed_waits_for_it(town: Town, further: Further) -> None:
    await further.stop()
    await say_all(town)
    await until(lambda: town.unacknowledged == [])
    assert 0 < further.waiting < 15
    assert not all(delivery.is_complete for delivery in deliveries(town.ledger))
    await further.start()
    await until(lambda: further.waiting == 0)
    assert all(delivery.is_complete for delivery in deliveries(town.ledger))


async def test_one_that_leaves_has_written_everything_and_is_handed_nothing_more(town: Town, further: Further) -> None:
    await further.stop()
    await say_all(town)
    await further.start()
    assert await further.collector.leave()
    assert further.waiting == 0
    await until(lambda: all(delivery.is_complete for delivery in deliveries(town.ledger)))
    await further.stop()
    assert not further.is_known


async def test_one_that_cannot_write_does_not_leave_its_share_behind(
    town: Town, further: Further, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told to end while the disk is full: what waits is written after the next start."""
    await town.stop_centre()
    await further.stop()
    await say_all(town)
    never = asyncio.Event()

    async def wait_for_ever(*_arguments: object) -> None:
        await never.wait()

    with monkeypatch.context() as patch:
        patch.setattr("kokuchi.committing.Committer.commit", wait_for_ever)
        await further.start()
        assert not await further.collector.leave(within=0.05)
        await further.stop()
    assert further.is_known
    assert further.waiting > 1
    await further.start()
    await until(lambda: further.waiting == 0)


async def test_one_that_is_told_to_end_without_a_broker_ends_all_the_same(town: Town, further: Further) -> None:
    town.broker.stop()
    assert not await further.collector.leave(within=0.05)
    await further.stop()
    assert further.is_known
    town.broker.start()
