from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from broadcaster.sending import Sending
from tests.broadcaster.examples import fill_roster
from tests.broadcaster.sending.town import STRICT
from tests.broadcaster.web.town import Clock, FakeVoice


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def voice() -> FakeVoice:
    return FakeVoice()


@pytest.fixture
def sending(ledger: Ledger, voice: FakeVoice, clock: Clock) -> Sending:
    """The way out of a town in which important alerts and emergencies need a second person."""
    return Sending(ledger, STRICT, voice, clock)
