"""A further collector's sign of life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from broadcaster.collecting import signs
from broadcaster.collecting.signs import give_signs
from broadcaster.ledger import Ledger
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.storage import Hindrance, StorageUnwritable
from tests.waiting import until


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "SIGN_SECONDS", 0.01)
    monkeypatch.setattr(signs, "LOOK_SECONDS", 0.01)


@pytest.fixture
async def link(ledger: Ledger) -> AsyncIterator[MemoryLink]:
    """The link of a collector 2 that gives signs; it was not started yet."""
    link = MemoryLink(MemoryBroker(), client_id="centre@2", subscriptions=[])
    giving = asyncio.create_task(give_signs(ledger, 2, link))
    yield link
    giving.cancel()
    with suppress(asyncio.CancelledError):
        await giving


async def newer_sign(ledger: Ledger) -> None:
    """Wait for one that was not there before."""
    before = ledger.collectors.signs()
    await until(lambda: ledger.collectors.signs() != before, what="a sign of life")


async def test_a_collector_gives_signs_while_the_broker_is_connected(ledger: Ledger, link: MemoryLink) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(newer_sign(ledger), 0.2)
    await link.start()
    await newer_sign(ledger)
    await newer_sign(ledger)
    assert ledger.collectors.signs().keys() == {2}


async def test_a_ledger_that_cannot_be_written_ends_nothing(
    ledger: Ledger, link: MemoryLink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_sign: object) -> None:
        raise StorageUnwritable("PostgreSQL: away", Hindrance.AWAY)

    with monkeypatch.context() as patch:
        patch.setattr(ledger.collectors, "give_sign", refuse)
        await link.start()
        await until(lambda: "sign of life not written" in caplog.messages)
    await newer_sign(ledger)
