import pytest

from broadcaster.ledger import Ledger
from broadcaster.sending import Sending
from tests.broadcaster.sending.town import STRICT
from tests.broadcaster.web.town import Clock, FakeVoice


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
