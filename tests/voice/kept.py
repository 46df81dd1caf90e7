"""One voice for many tests: its worker takes longer to start than most of them take."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from kokuchi.voice import Voice
from kokuchi.voice.duration import PACE

shares_the_voice = pytest.mark.asyncio(loop_scope="session")
"""Marks each test that uses `kept_voice`: worker and test live in one event loop."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def voice_of_the_session() -> AsyncIterator[Voice]:
    voice = Voice()
    yield voice
    await voice.close()


@pytest_asyncio.fixture(loop_scope="session")
async def kept_voice(voice_of_the_session: Voice) -> AsyncIterator[Voice]:
    """A voice that other tests use too; each finds it without a dictionary and at its usual pace."""
    yield voice_of_the_session
    await voice_of_the_session.use(None)
    voice_of_the_session.use_pace(PACE)
