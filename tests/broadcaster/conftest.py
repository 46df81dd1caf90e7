"""What holds for every test of the centre."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Place
from tests.broadcaster.examples import fill_roster
from tests.passwords import quick_passwords


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose, and tests log in often."""
    with quick_passwords():
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def place(path: Path) -> Place:
    """Where the ledger is; the ledger's own tests have it on a server too."""
    return path


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A ledger with the roster of the small town."""
    ledger = Ledger(place)
    fill_roster(ledger)
    yield ledger
    ledger.close()
