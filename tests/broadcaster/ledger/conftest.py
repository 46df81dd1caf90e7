from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.examples import fill_roster


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
