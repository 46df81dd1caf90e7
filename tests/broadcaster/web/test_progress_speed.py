"""An alert's page with 1,500 deliveries: what a page that follows it costs while they report."""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.ledger.progress import Selection
from broadcaster.web.live import Part, changes
from broadcaster.web.routes import alerts
from kokuchi.wire import Alert
from tests.broadcaster.web.large_town import TERMINALS, LargeTown
from tests.broadcaster.web.town import NOW, report

STREAM_SHARE = 0.2
"""Of one processor, while reports pour in."""

EVENT_BYTES = 100_000


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeTown]:
    town = LargeTown(tmp_path_factory.mktemp("large") / "ledger.sqlite")
    yield town
    town.ledger.close()


async def test_a_stream_costs_little_while_1500_terminals_report(town: LargeTown) -> None:
    alert = town.send("いま送ったお知らせ")
    site = town.app.state.site
    accepted = town.ledger.alerts.get(alert.identifier)
    assert accepted is not None
    listed = alerts.ListPage(Selection(), 1)
    terminals = alerts.terminals_on(site, accepted, listed)
    spent: list[float] = []

    def look() -> Sequence[Part]:
        began = time.thread_time()
        parts = alerts.parts(site, accepted, listed, terminals)
        spent.append(time.thread_time() - began)
        return parts

    reporting = threading.Thread(target=partial(_report_all, town.ledger, alert, town.roster))
    began, events, size = time.monotonic(), 0, 0
    reporting.start()
    async with aclosing(changes(site, look)) as stream:  # type: ignore[type-var] # it is a generator
        async for event in stream:
            events, size = events + 1, size + len(event.encode())
            if f"{TERMINALS}台すべてで放送されました" in event:
                break
    took = time.monotonic() - began
    await asyncio.to_thread(reporting.join)
    print(
        f"{3 * TERMINALS} reports in {took:.1f} s: {len(spent)} looks of {1000 * statistics.median(spent):.0f} ms,"
        f" {100 * sum(spent) / took:.0f} % of a processor; {events} events, {size / 1000:.0f} kB"
    )
    assert sum(spent) / took < STREAM_SHARE
    assert size / events < EVENT_BYTES


def _report_all(ledger: Ledger, alert: Alert, roster: list[Terminal]) -> None:
    """Three reports of each terminal, in batches as they come."""
    moments: dict[str, object] = {}
    for stage in ("received_at", "displayed_at", "voiced_at"):
        moments[stage] = NOW + timedelta(seconds=len(moments))
        for first in range(0, len(roster), 50):
            ledger.deliveries.record(report(alert, terminal.id, **moments) for terminal in roster[first : first + 50])
            time.sleep(0.03)
