"""The ledger's tests run on a file and on a server: what holds for the one holds for the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Place, Server
from tests.broadcaster.examples import fill_roster
from tests.broadcaster.ledger.kinds import empty
from tests.postgresql import Cluster


@pytest.fixture(scope="session")
def emptied(postgresql: Cluster) -> str:
    """The name of a database that each test finds empty."""
    postgresql.make("contract")
    return "contract"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the test's ledger is."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    running: Cluster = request.getfixturevalue("postgresql")
    return running.server(request.getfixturevalue("emptied"), tmp_path)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A ledger with the roster of the small town."""
    ledger = Ledger(place)
    if isinstance(place, Server):
        empty(ledger)
    fill_roster(ledger)
    yield ledger
    ledger.close()
