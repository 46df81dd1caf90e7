import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.examples import NOW


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger of a centre that is well."""
    ledger.broker.record(True, "", NOW)
    return ledger
