"""A whole alert with the ledger on PostgreSQL, which is away for a while."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from kokuchi import committing
from kokuchi.link.memory import MemoryBroker
from kokuchi.wire import SyncRequest
from tests.broadcaster.dispatch.town import Town, accept_now, fresh
from tests.broadcaster.examples import NOW, TOPICS, fill_roster, presence, report
from tests.postgresql import Cluster
from tests.waiting import until


@pytest.fixture
def database(postgresql: Cluster) -> str:
    return postgresql.make("dispatch")


@pytest.fixture
async def on_server(postgresql: Cluster, database: str, tmp_path: Path) -> AsyncIterator[Town]:
    ledger = Ledger(postgresql.server(database, tmp_path))
    fill_roster(ledger)
    town = Town(ledger, MemoryBroker())
    await town.open()
    yield town
    await town.close()
    ledger.close()


async def test_an_alert_goes_out_and_comes_back_though_the_server_is_away_meanwhile(
    on_server: Town,
    postgresql: Cluster,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Promises 1 and 3: what could not be committed is not acknowledged, and is when it could be."""
    monkeypatch.setattr(committing, "RETRY_SECONDS", 0.05)
    town, ledger = on_server, on_server.ledger
    await town.start_centre()
    await accept_now(town, fresh())
    await until(lambda: [alert.identifier for _topic, alert in town.alerts] == ["a-1"], what="it is published")
    await town.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW, displayed_at=NOW))
    await town.say(TOPICS.presence("t-1"), presence("t-1"))
    await until(lambda: town.unacknowledged == [], what="the first report is committed")
    accepted = ledger.alerts.get("a-1")
    assert accepted is not None
    assert ledger.deliveries.reach([accepted.row])[accepted.row].displayed == 1

    with postgresql.away(database):
        await town.say(TOPICS.delivery("t-2"), report("t-2", received_at=NOW, voiced_at=NOW))
        await until(lambda: "disk" in caplog.messages, what="the report waits for the server")
        assert len(town.unacknowledged) == 1
    await until(lambda: town.unacknowledged == [], what="the second report is committed")
    reach = ledger.deliveries.reach([accepted.row])[accepted.row]
    assert (reach.addressed, reach.received, reach.voiced) == (3, 2, 1)
    reply = await town.ask(SyncRequest(terminal="t-3", identifier="s-1", sent=NOW, held=()))
    assert len(reply.alerts) == 1
