"""The terminal reads by the town's words, with the real voice; they change between two alerts, never within one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from kokuchi.voice import Chimes, Phrase, Voice
from kokuchi.voice.cues import PhraseSource
from terminal_client.vocabulary import Vocabulary
from tests.voice.words import dictionary_of
from tests.waiting import until

CHIMES = Chimes(Path(__file__).resolve().parents[2] / "sounds")
TEXTS = ["架空です。", "ここは架空町です。", "架空です。"]
UNUSABLE = dictionary_of(("架空", "カクウ"), revision=9).model_copy(update={"town": "月 形"})


class Home:
    """A voice with its vocabulary, at work."""

    def __init__(self) -> None:
        self.voice = Voice()
        self.changes: list[int | None] = []
        self.vocabulary = Vocabulary(self.voice, lambda: self.changes.append(self.vocabulary.dictionary_revision))

    def offer(self, reading: str, revision: int) -> None:
        self.vocabulary.offer(dictionary_of(("架空", reading), revision=revision))


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    home = Home()
    running = asyncio.create_task(home.vocabulary.run())
    yield home
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await home.voice.close()


async def test_what_is_offered_is_used_and_told(home: Home) -> None:
    home.offer("ジツザイ", 7)
    await until(lambda: home.changes == [7])
    assert await home.voice.reading("架空です。") == "ジツザイデス。"


async def test_of_several_that_come_at_once_the_last_is_used(home: Home) -> None:
    for revision in range(1, 6):
        home.offer("ジツザイ", revision)
    # It is told a moment after it is in use.
    await until(lambda: bool(home.changes))
    assert home.changes == [5]
    assert home.vocabulary.dictionary_revision == 5


async def test_a_change_in_mid_alert_waits_for_its_end_and_comes_before_the_next(home: Home) -> None:
    home.offer("ジツザイ", 1)
    await until(lambda: home.vocabulary.dictionary_revision == 1)
    script = [Phrase(text, None, PhraseSource.BODY) for text in TEXTS]
    revisions, sounds = [], []
    async with aclosing(home.vocabulary.performance(script, CHIMES)) as performance:
        async for _, sound in performance:
            sounds.append(sound)
            home.offer("カクレザト", 2)
            revisions.append(home.vocabulary.dictionary_revision)
    assert revisions == [1, 1, 1]
    assert sounds[0] == sounds[2]
    async with aclosing(home.vocabulary.performance(script[:1], CHIMES)) as performance:
        async for _, sound in performance:
            assert home.vocabulary.dictionary_revision == 2
            assert sound != sounds[0]


async def test_a_voice_that_is_stopped_mid_sentence_lets_the_change_in(home: Home) -> None:
    script = [Phrase(text, None, PhraseSource.BODY) for text in TEXTS]
    begun = asyncio.Event()

    async def speak() -> None:
        async with aclosing(home.vocabulary.performance(script, CHIMES)) as performance:
            async for _ in performance:
                home.offer("ジツザイ", 1)
                begun.set()
                await asyncio.Event().wait()

    speaking = asyncio.create_task(speak())
    await begun.wait()
    assert await home.voice.reading("架空です。") == "カクーデス。", (
        "what is asked later than the change is read as before"
    )
    assert home.changes == []
    speaking.cancel()
    await until(lambda: home.changes == [1])


async def test_one_that_cannot_be_used_is_tried_once_and_the_voice_goes_on_with_the_former(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.offer("ジツザイ", 7)
    await until(lambda: home.changes == [7])
    home.vocabulary.offer(UNUSABLE)
    await until(lambda: "dictionary not used" in caplog.messages)
    assert home.vocabulary.dictionary_revision == 7
    assert await home.voice.reading("架空です。") == "ジツザイデス。"
    home.offer("カクレザト", 10)
    await until(lambda: home.changes == [7, 10])
    assert caplog.messages.count("dictionary not used") == 1


async def test_a_worker_that_dies_while_it_reads_is_given_the_words_again(home: Home) -> None:
    home.offer("ジツザイ", 7)
    await until(lambda: home.changes == [7])
    assert home.voice.worker_pid
    os.kill(home.voice.worker_pid, signal.SIGKILL)
    assert await home.voice.reading("架空です。") == "ジツザイデス。"
