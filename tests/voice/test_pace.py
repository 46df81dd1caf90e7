"""The household's pace, with the real voice: it changes between two performances, never within one."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from kokuchi.voice import Chimes, Phrase, PhraseSource, Voice
from kokuchi.voice.sound import Sound

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCE = "月形町役場から、不審な電話についてのお知らせです。"
SLOW, FAST = 4.8, 6.5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice() -> AsyncIterator[Voice]:
    voice = Voice()
    yield voice
    await voice.close()


def phrases(*texts: str, language: str = "ja") -> list[Phrase]:
    return [Phrase(text, None, PhraseSource.BODY, language=language) for text in texts]


async def spoken(voice: Voice, chimes: Chimes, language: str = "ja") -> Sound:
    return await voice.render(
        phrases(SENTENCE if language == "ja" else "Please call the town office.", language=language), chimes
    )


async def test_the_same_sentence_takes_longer_at_a_slower_pace_and_as_long_again_at_the_former(
    voice: Voice, chimes: Chimes
) -> None:
    for language in ("ja", "en"):
        voice.use_pace(FAST)
        fast = await spoken(voice, chimes, language)
        voice.use_pace(SLOW)
        slow = await spoken(voice, chimes, language)
        assert 1.15 < (slow.duration - 0.6) / (fast.duration - 0.6) < FAST / SLOW * 1.1
        voice.use_pace(FAST)
        assert (await spoken(voice, chimes, language)).duration == fast.duration


async def test_a_performance_that_has_begun_keeps_its_pace(voice: Voice, chimes: Chimes) -> None:
    # Two sentences that are read alike and are not the same text, so that neither comes from memory.
    texts = [SENTENCE, SENTENCE.removesuffix("。"), SENTENCE + " "]
    voice.use_pace(FAST)
    durations: list[float] = []
    async with aclosing(voice.performance(phrases(*texts), chimes)) as performance:
        async for _, sound in performance:
            voice.use_pace(SLOW)
            durations.append(sound.duration)
    assert max(durations) - min(durations) < 0.1
    assert (await spoken(voice, chimes)).duration > max(durations) + 0.3
