from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.examples import NOW, fill_roster


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of a centre that is well."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    fill_roster(ledger)
    ledger.broker.record(True, "", NOW)
    yield ledger
    ledger.close()
