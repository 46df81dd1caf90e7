from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kokuchi.voice import Chimes, Voice
from kokuchi.voice.duration import PACE
from kokuchi.voice.engines.open_jtalk import OpenJTalkVoice

SOUNDS = Path(__file__).parents[2] / "sounds"


@pytest.fixture(scope="session")
def chimes() -> Chimes:
    return Chimes(SOUNDS)


@pytest.fixture(scope="session")
def open_jtalk_voice() -> OpenJTalkVoice:
    return OpenJTalkVoice(PACE)


@pytest.fixture
async def voice() -> AsyncIterator[Voice]:
    voice = Voice()
    yield voice
    await voice.close()
