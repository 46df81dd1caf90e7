from collections.abc import AsyncIterator

import pytest

from broadcaster.ledger import Ledger
from kokuchi.link.memory import MemoryBroker
from tests.broadcaster.dispatch.town import Town


@pytest.fixture
async def town(ledger: Ledger) -> AsyncIterator[Town]:
    """A centre that does not run yet, and somebody who hears everything at the broker."""
    town = Town(ledger, MemoryBroker())
    await town.open()
    yield town
    await town.close()
