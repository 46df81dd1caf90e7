"""The voice as the asyncio side sees it. Cheap to import: the engines live in a worker process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Chime, Cue
from kokuchi.voice.errors import VoiceError, WorkerError
from kokuchi.voice.languages import JAPANESE
from kokuchi.voice.process import WorkerProcess
from kokuchi.voice.recent import RecentSounds
from kokuchi.voice.script import contact_text
from kokuchi.voice.settings import VoiceSettings
from kokuchi.voice.sound import Sound, join, silence
from kokuchi.voice.words import Broken, Sentence, Word
from kokuchi.wire import Contact, Dictionary, Furigana, Reading

log = logging.getLogger(__name__)

_ATTEMPTS = 2
_T = TypeVar("_T")


class Voice:
    """Turns text into sound, one request at a time, and remembers recent sounds up to `cache_bytes`.

    `settings` are how it speaks, `timeout` is for one request: a worker that takes longer is killed. A worker that dies
    is replaced, and asked once more; `on_restart` is told why. One that was not asked for `idle_seconds` is let go, and
    its memory with it; the next request waits for another one, 1.3 s on one x86-64 core, unless `wake` was called.
    """

    def __init__(
        self,
        settings: VoiceSettings = VoiceSettings(),  # noqa: B008 - it cannot be changed
        *,
        timeout: float = 15.0,
        cache_bytes: int = 16 * 1024 * 1024,
        idle_seconds: float | None = None,
        on_restart: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self.engine: str | None = None
        """The engine that spoke Japanese last: "open_jtalk", or "espeak" if that is all that works here."""
        self._arguments = [f"--voice={settings.voice}"]
        self._pace: float = settings.pace
        self._pause = settings.pause
        self._timeout = timeout
        self._idle_seconds = idle_seconds
        self._idle_timer: asyncio.TimerHandle | None = None
        self._on_restart = on_restart
        self._recent = RecentSounds(cache_bytes)
        self._dictionary: Dictionary | None = None
        self._worker: WorkerProcess | None = None
        self._lock = asyncio.Lock()
        self._requests: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Start the worker, which warms its engine by itself, or raise WorkerError. Else the first request does it."""
        async with self._lock:
            await self._living_worker()
        self._let_go_later()

    def wake(self) -> None:
        """Begin to start the worker for somebody who will soon ask it something."""
        self._in_background(self._awoken())

    def restart(self) -> None:
        """Kill the worker, whatever it does; what it was asked is asked once more of another one."""
        if self._worker:
            self._worker.shoot()

    async def close(self) -> None:
        """End the worker. What is still being asked raises WorkerError."""
        if self._idle_timer:
            self._idle_timer.cancel()
        for request in self._requests:
            request.cancel()
        await asyncio.gather(*self._requests, return_exceptions=True)
        async with self._lock:
            if self._worker:
                await self._worker.close()
            self._worker = None

    @property
    def dictionary_revision(self) -> int | None:
        """The revision of the dictionary that all is read by, None without one."""
        return self._dictionary.revision if self._dictionary else None

    async def use(self, dictionary: Dictionary | None) -> None:
        """Read by this dictionary from now on, or raise VoiceError and go on with the earlier one."""
        await self._ask(_dictionary_request(dictionary), lambda: self._now_uses(dictionary))

    def use_pace(self, pace: float) -> None:
        """Speak at this pace, in morae per second, from now on; a performance that has begun keeps its own."""
        self._pace = pace

    @property
    def worker_pid(self) -> int | None:
        """The worker's process identifier, while there is one."""
        return self._worker.pid if self._worker else None

    async def speak(
        self, text: str, kana: str | None = None, *, language: str = JAPANESE, pace: float | None = None
    ) -> Sound:
        """Return the sound of a text as written, or raise VoiceError. The fallback voice says `kana` if it is given.

        `language` is "ja" or a code of kokuchi.voice.languages; a text in another one than Japanese needs no kana.
        `pace` None is the voice's own.
        """
        pace = pace or self._pace
        # What is being made while the dictionary changes is kept under the earlier one, where nobody looks any more.
        key = (text, kana, language, pace, self.dictionary_revision)
        known = self._recent.get(key)
        if known is not None:
            return known
        is_japanese = language == JAPANESE
        more = {"kana": kana} if is_japanese else {"language": language}
        header, pcm = await self._ask({"text": text, "pace": pace, **more})
        if is_japanese:
            self.engine = header["engine"]
        sound = Sound(pcm, header["rate"])
        self._recent.put(key, sound)
        return sound

    async def reading(self, text: str) -> str:
        """Return the katakana of a text, a line for each of its sentences, or raise VoiceError."""
        header, _ = await self._ask({"reading": text})
        kana: str = header["kana"]
        return kana

    async def reading_of(self, headline: str, body: str, contact: Contact | None) -> Reading:
        """Return the kana that an alert carries for the terminals' fallback voice, or raise VoiceError."""
        return Reading(
            headline=await self.reading(headline),
            body=await self.reading(body),
            contact=await self.reading(contact_text(contact)) if contact else "",
        )

    async def furigana_of(self, headline: str, body: str) -> Furigana:
        """Return what stands over the kanji of both on the screen: the reading that is spoken. Raises VoiceError."""
        header, _ = await self._ask({"furigana": [headline, body]})
        return Furigana.model_validate(header["furigana"])

    async def explain(self, text: str) -> list[Word]:
        """Return each word of a text with its reading and what gave it, or raise VoiceError."""
        header, _ = await self._ask({"explain": text})
        return [Word(*word) for word in header["words"]]

    async def broken_by(self, candidate: Dictionary, sentences: Sequence[Sentence]) -> list[Broken]:
        """Return the sentences that are read right now and would be read wrongly by the candidate.

        The present dictionary stays in use. Raises VoiceError if the candidate cannot be used at all.
        """
        listed = [(sentence.text, sentence.reading) for sentence in sentences]
        header, _ = await self._ask({"candidate": candidate.model_dump(mode="json"), "sentences": listed})
        return [Broken(sentences[place], after) for place, after in header["broken"]]

    async def performance(self, cues: Iterable[Cue], chimes: Chimes) -> AsyncGenerator[tuple[Cue, Sound], None]:
        """Yield each cue with its sound, its pause included: played one after the other they are the script.

        The next one is being made while the caller plays this one. Raises VoiceError where a cue cannot be heard.
        Who stops early closes it (contextlib.aclosing).
        """
        upcoming: asyncio.Task[Sound] | None = None
        script, pace = list(cues), self._pace
        try:
            for index, cue in enumerate(script):
                sound = await (upcoming or self._sound_of(cue, chimes, pace))
                following = script[index + 1 : index + 2]
                upcoming = asyncio.create_task(self._sound_of(following[0], chimes, pace)) if following else None
                yield cue, sound
        finally:
            if upcoming:
                upcoming.cancel()
                with contextlib.suppress(asyncio.CancelledError, VoiceError):
                    await upcoming

    async def render(self, cues: Iterable[Cue], chimes: Chimes) -> Sound:
        """Return the whole script as one sound, or raise VoiceError."""
        return join([sound async for _, sound in self.performance(cues, chimes)])

    async def _sound_of(self, cue: Cue, chimes: Chimes, pace: float) -> Sound:
        if isinstance(cue, Chime):
            return chimes.sound(cue)
        try:
            sound = await self.speak(cue.text, cue.kana, language=cue.language, pace=pace)
        except VoiceError as error:
            if cue.language == JAPANESE:
                raise
            # The Japanese was heard by then; it must not be said all over again for the sake of the second language.
            log.warning("not said in the second language", extra={"language": cue.language, "reason": str(error)})
            return Sound(b"")
        pause = self._pause if cue.pause_after is None else cue.pause_after
        return join([sound, silence(pause, sound.rate)])

    def _now_uses(self, dictionary: Dictionary | None) -> None:
        self._dictionary = dictionary
        self._recent.clear()

    async def _ask(
        self, request: dict[str, Any], done: Callable[[], None] | None = None
    ) -> tuple[dict[str, Any], bytes]:
        # A caller who is cancelled must not leave half an answer in the pipe, so the exchange outlives its caller.
        task = self._in_background(self._answer(request, done))
        try:
            header, pcm = await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise WorkerError("the voice was closed before it had answered") from None
            raise
        if "error" in header:
            raise VoiceError(header["error"])
        return header, pcm

    def _in_background(self, work: Coroutine[Any, Any, _T]) -> "asyncio.Task[_T]":
        task = asyncio.create_task(work)
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)
        return task

    async def _awoken(self) -> None:
        with contextlib.suppress(VoiceError):  # whoever asks is told
            await self.start()

    def _let_go_later(self) -> None:
        if self._idle_timer:
            self._idle_timer.cancel()
        if self._idle_seconds is not None:
            loop = asyncio.get_running_loop()
            self._idle_timer = loop.call_later(self._idle_seconds, lambda: self._in_background(self._let_go()))

    async def _let_go(self) -> None:
        # Whoever asks at this moment has it let go later.
        if not self._lock.locked():
            async with self._lock:
                if self._worker:
                    await self._worker.close()
                self._worker = None

    async def _answer(self, request: dict[str, Any], done: Callable[[], None] | None) -> tuple[dict[str, Any], bytes]:
        async with self._lock:
            for attempt in range(1, _ATTEMPTS + 1):
                worker = await self._living_worker()
                try:
                    header, pcm = await worker.ask(request, self._timeout)
                except WorkerError as error:
                    self._on_restart(str(error))
                    if attempt == _ATTEMPTS:
                        raise
                else:
                    self._let_go_later()
                    if done and "error" not in header:
                        done()
                    return header, pcm
            raise AssertionError("unreachable")

    async def _living_worker(self) -> WorkerProcess:
        failures = 0
        while self._worker is None or not self._worker.is_alive:
            self._worker = await WorkerProcess.start(self._arguments)
            try:
                await self._remind(self._worker)
            except VoiceError as error:
                failures += 1
                if failures == _ATTEMPTS:
                    # It could be used before, so the machine has changed; a voice without its words beats none.
                    log.warning("the dictionary is given up", extra={"reason": str(error)})
                    self._now_uses(None)
        return self._worker

    async def _remind(self, worker: WorkerProcess) -> None:
        """Give a new worker the dictionary that its predecessor had, or kill it and raise VoiceError."""
        if self._dictionary:
            header, _ = await worker.ask(_dictionary_request(self._dictionary), self._timeout)
            if "error" in header:
                await worker.kill()
                raise VoiceError(header["error"])


def _dictionary_request(dictionary: Dictionary | None) -> dict[str, Any]:
    return {"dictionary": dictionary.model_dump(mode="json") if dictionary else None}
