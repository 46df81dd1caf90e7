"""The ledger's tests run on a file and on a server: what holds for the one holds for the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Place, Server
from tests.broadcaster.examples import fill_roster
from tests.postgresql import Cluster, cluster

# What every table holds goes, whatever forbids or follows it, and numbers begin anew.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND left(tablename, 7) <> 'ledger_' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
END $$
"""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


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
        ledger.connections.read().execute(_EMPTY)
    fill_roster(ledger)
    yield ledger
    ledger.close()
