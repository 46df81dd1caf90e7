from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from kokuchi.link.memory import MemoryBroker
from tests.broadcaster.dispatch.town import Town
from tests.broadcaster.examples import fill_roster


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    fill_roster(ledger)
    yield ledger
    ledger.close()


@pytest.fixture
async def town(ledger: Ledger) -> AsyncIterator[Town]:
    """A centre that does not run yet, and somebody who hears everything at the broker."""
    town = Town(ledger, MemoryBroker())
    await town.open()
    yield town
    await town.close()
