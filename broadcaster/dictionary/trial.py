"""Hearing words before they are taken, with a voice of its own: what others listen to meanwhile stays as it is."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from broadcaster.domain.dictionary import Broken, Sentence
from kokuchi.voice.sentences import sentences
from kokuchi.voice.sound import join
from kokuchi.voice.speech import Voice
from kokuchi.voice.words import Sentence as SaidSentence
from kokuchi.wire import Dictionary

TRIAL_SECONDS = 60.0
"""How long one request of a trial of words may take; thousands of words take their time to compile."""


class Trial(Protocol):
    """A voice of the terminals that reads by any dictionary; all methods raise kokuchi.voice.VoiceError."""

    async def kana(self, dictionary: Dictionary, text: str) -> str:
        """Return the kana that is said for a text."""

    async def sound(self, dictionary: Dictionary, text: str) -> bytes:
        """Return a WAV file of a text."""

    async def broken(
        self, present: Dictionary, candidate: Dictionary, wanted: Sequence[Sentence]
    ) -> tuple[Broken, ...]:
        """Return the sentences that are read right by the present dictionary and wrong by the candidate."""


class VoiceTrial:
    """The real one. Its worker process starts when it is first asked; who asks meanwhile waits for his turn."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """End the worker."""
        await self._voice.close()

    async def kana(self, dictionary: Dictionary, text: str) -> str:
        """Return the kana that is said for a text."""
        async with self._turn:
            await self._voice.use(dictionary)
            return await self._voice.reading(text)

    async def sound(self, dictionary: Dictionary, text: str) -> bytes:
        """Return a WAV file of a text."""
        async with self._turn:
            await self._voice.use(dictionary)
            return join([await self._voice.speak(sentence) for sentence in sentences(text)]).to_wav()

    async def broken(
        self, present: Dictionary, candidate: Dictionary, wanted: Sequence[Sentence]
    ) -> tuple[Broken, ...]:
        """Return the sentences that are read right by the present dictionary and wrong by the candidate."""
        said = [SaidSentence(sentence.text, sentence.kana) for sentence in wanted]
        async with self._turn:
            await self._voice.use(present)
            found = await self._voice.broken_by(candidate, said)
        return tuple(Broken(item.sentence.text, item.sentence.reading, item.after) for item in found)
