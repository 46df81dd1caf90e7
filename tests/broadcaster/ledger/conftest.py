"""The ledger's tests run on a file and on a server: what holds for the one holds for the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broadcaster.ledger.places import Place
from tests.postgresql import Cluster

if TYPE_CHECKING:
    from tests.broadcaster.ledger.emptied import Emptied


@pytest.fixture(scope="session")
def emptied(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Emptied"]:
    """A database that each test finds empty."""
    # Where PostgreSQL is not installed, its driver need not be.
    from tests.broadcaster.ledger.emptied import Emptied

    emptied = Emptied(postgresql, tmp_path_factory.mktemp("emptied"))
    yield emptied
    emptied.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the test's ledger is."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    emptied: Emptied = request.getfixturevalue("emptied")
    return emptied.at(tmp_path)
