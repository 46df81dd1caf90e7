"""What holds for every test of the centre."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
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
def ledger(path: Path) -> Iterator[Ledger]:
    """A ledger with the roster of the small town."""
    ledger = Ledger(path)
    fill_roster(ledger)
    yield ledger
    ledger.close()
