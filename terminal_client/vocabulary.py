"""The voice with the town's words. The words change between two alerts, never within one."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol

from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue
from kokuchi.voice.errors import VoiceError
from kokuchi.voice.sound import Sound
from kokuchi.wire import Dictionary
from terminal_client.outputs.interface import Performer

log = logging.getLogger(__name__)


class Reader(Performer, Protocol):
    """A performer that can be given a dictionary; `kokuchi.voice.speech.Voice` is one."""

    async def use(self, dictionary: Dictionary | None) -> None:
        """Read by this dictionary from now on, or raise VoiceError."""


class Vocabulary:
    """A performer that reads by the newest dictionary that its voice can use.

    `on_change` is called when another revision is in use.
    """

    def __init__(self, voice: Reader, on_change: Callable[[], None]) -> None:
        self._voice = voice
        self._on_change = on_change
        self._offered: Dictionary | None = None
        self._wanted = asyncio.Event()
        # Who speaks holds it, so that compiling thousands of words makes no gap between two sentences.
        self._silence = asyncio.Lock()

    @property
    def dictionary_revision(self) -> int | None:
        """The revision by which the voice reads, if it has one."""
        return self._voice.dictionary_revision

    def offer(self, dictionary: Dictionary) -> None:
        """Let this be used as soon as nothing is being said, before anything else is."""
        self._offered = dictionary
        self._wanted.set()

    async def use(self, dictionary: Dictionary) -> None:
        """Use a dictionary now. What the voice cannot use is logged, and it reads as before."""
        async with self._silence:
            former = self._voice.dictionary_revision
            try:
                await self._voice.use(dictionary)
            except VoiceError as error:
                log.error("dictionary not used", extra={"revision": dictionary.revision, "reason": str(error)})  # noqa: TRY400 - expected
            else:
                log.info("dictionary in use", extra={"revision": dictionary.revision, "words": len(dictionary.entries)})
        if self._voice.dictionary_revision != former:
            self._on_change()

    async def run(self) -> None:
        """Use what is offered, each once, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if self._offered is not None:
                await self.use(self._offered)

    async def performance(self, cues: Iterable[Cue], chimes: Chimes) -> AsyncGenerator[tuple[Cue, Sound], None]:
        """Yield each cue with its sound, all by one dictionary; raises VoiceError where a cue cannot be heard."""
        async with self._silence, contextlib.aclosing(self._voice.performance(cues, chimes)) as performance:
            async for performed in performance:
                yield performed
