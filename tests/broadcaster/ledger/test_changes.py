"""Whoever waits hears of every commit."""

import asyncio
import time

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import AlertExists
from broadcaster.ledger.changes import Changes
from tests.broadcaster.examples import accept, alert
from tests.waiting import until


async def test_an_announcement_of_another_thread_wakes_whoever_waits() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait(changes.count, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.to_thread(changes.announce)
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_a_change_that_came_before_the_waiting_is_not_missed() -> None:
    changes = Changes()
    seen = changes.count
    changes.announce()
    assert await changes.wait(seen, 10) == 1


async def test_who_is_in_no_hurry_hears_of_a_change_after_everybody_else() -> None:
    changes = Changes()
    calm = asyncio.create_task(changes.wait_calmly(0, 10))
    hasty = asyncio.create_task(changes.wait(0, 10))
    await asyncio.sleep(0)
    changes.announce()
    assert await hasty == 1
    assert not calm.done()
    changes.announce()
    assert await calm == 1, "what has come meanwhile is seen when it looks, and waits for nothing"
    assert await changes.wait_calmly(1, 10) == 2


async def test_without_a_change_the_waiting_ends_in_time() -> None:
    changes = Changes()
    begun = time.monotonic()
    assert await changes.wait(0, 0.05) == 0
    assert time.monotonic() - begun < 5


async def test_a_waiter_that_is_cancelled_is_forgotten() -> None:
    changes = Changes()
    task = asyncio.create_task(changes.wait(0, 60))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    changes.announce()
    assert await changes.wait(0, 10) == 1


def test_an_announcement_after_the_loop_of_a_waiter_has_ended_does_no_harm() -> None:
    changes = Changes()

    async def wait_shortly() -> None:
        await changes.wait(0, 0.01)

    asyncio.run(wait_shortly())
    changes.announce()


async def test_every_commit_is_announced_and_no_failed_one(ledger: Ledger) -> None:
    seen = ledger.changes.count
    await asyncio.to_thread(accept, ledger, alert())
    assert ledger.changes.count == seen + 1
    with pytest.raises(AlertExists):
        accept(ledger, alert())
    assert ledger.changes.count == seen + 1


async def test_the_data_version_tells_of_another_connections_commit(ledger: Ledger) -> None:
    version = ledger.data_version()
    assert ledger.data_version() == version
    await asyncio.to_thread(accept, ledger, alert())
    await until(lambda: ledger.data_version() != version)
