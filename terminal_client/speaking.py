"""The voice at work: one script at a time, at its volume, and where it was cut."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue, Phrase
from kokuchi.voice.errors import VoiceError
from kokuchi.voice.script import resumed
from kokuchi.voice.sound import Sound
from kokuchi.wire import Level
from kokuchi.wire import Speaker as SpeakerState
from kokuchi.wire.fields import JsonObject
from terminal_client.events import (
    Aside,
    AsideEnded,
    AsideFailed,
    Digest,
    Event,
    Sample,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from terminal_client.household import Key
from terminal_client.loudness import Loudness
from terminal_client.outputs.interface import Performer, Screen, Speaker, SpeakerFailed

log = logging.getLogger(__name__)


@dataclass
class Performance:
    """What is being said, and which of its cues sounds: -1 before the first."""

    of: Key | Aside
    script: tuple[Cue, ...]
    level: Level
    place: int = -1


class Speaking:
    """Says scripts on the devices, and tells what really happened.

    `on_event` is called with VoiceStarted, VoiceEnded and VoiceFailed, and with AsideEnded and AsideFailed for what is
    no alert; `on_voiced_by` with the dictionary's revision when an alert begins, `on_cue` when another cue is heard,
    `on_state` when the speaker works or fails.
    """

    def __init__(
        self,
        screen: Screen,
        speaker: Speaker,
        voice: Performer,
        chimes: Chimes,
        loudness: Loudness,
        *,
        on_event: Callable[[Event], None],
        on_voiced_by: Callable[[Key, int], None],
        on_cue: Callable[[], None],
        on_state: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._speaker = speaker
        self._voice = voice
        self._chimes = chimes
        self._loudness = loudness
        self._on_event = on_event
        self._on_voiced_by = on_voiced_by
        self._on_cue = on_cue
        self._on_state = on_state
        self._task: asyncio.Task[None] | None = None
        self._performance: Performance | None = None
        self._rests: dict[Key, tuple[Cue, ...]] = {}
        self.phrase: Phrase | None = None
        self.state = SpeakerState.UNTRIED
        self.detail = ""

    def begin(self, of: Key | Aside, script: tuple[Cue, ...], level: Level) -> None:
        """Begin to say a script at the volume of a level. Nothing else is being said."""
        self._performance = Performance(of, script, level)
        self._task = asyncio.create_task(self._speak(self._performance), name="speech")

    def is_saying(self, key: Key) -> bool:
        """Tell whether an alert is being said at this moment."""
        is_at_work = self._task is not None and not self._task.done()
        return is_at_work and self._performance is not None and self._performance.of == key

    async def stop(self) -> None:
        """Be silent at once, and remember what is left of what was being said."""
        self._screen.silence()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._performance is not None:
            performance, self._performance = self._performance, None
            if isinstance(performance.of, Key):
                self._rests[performance.of] = resumed(performance.script, max(0, performance.place))

    def rest_of(self, key: Key) -> tuple[Cue, ...] | None:
        """Return what is left of a script that was cut, if it is remembered."""
        return self._rests.get(key)

    def forget(self, is_cut: Callable[[Key], bool]) -> None:
        """Forget what is left of all scripts but those that are still to resume."""
        self._rests = {key: rest for key, rest in self._rests.items() if is_cut(key)}

    async def _speak(self, performance: Performance) -> None:
        def on_cue(cue: Cue, sound: Sound) -> None:
            performance.place += 1
            if performance.place == 0 and isinstance(performance.of, Key):
                if self._voice.dictionary_revision is not None:
                    self._on_voiced_by(performance.of, self._voice.dictionary_revision)
                self._on_event(VoiceStarted(performance.of))
            self._screen.sound(sound)
            self.phrase = cue if isinstance(cue, Phrase) else None
            self._on_cue()

        try:
            async with (
                contextlib.aclosing(self._voice.performance(performance.script, self._chimes)) as sounds,
                self._loudness.during(performance.level),
            ):
                await self._speaker.play(sounds, on_cue)
        except (SpeakerFailed, VoiceError) as error:
            log.error("not voiced", extra={**_named(performance.of), "reason": str(error)})  # noqa: TRY400 - expected
            self._is(SpeakerState.FAILED, str(error))
            self._on_event(_failed(performance.of, str(error)))
        else:
            log.info("voiced", extra=_named(performance.of))
            self._is(SpeakerState.WORKING, "")
            self._on_event(_ended(performance.of))
        finally:
            self.phrase = None

    def _is(self, state: SpeakerState, detail: str) -> None:
        self.state, self.detail = state, detail[:200]
        self._on_state()


def _ended(of: Key | Aside) -> Event:
    return VoiceEnded(of) if isinstance(of, Key) else AsideEnded(of)


def _failed(of: Key | Aside, reason: str) -> Event:
    return VoiceFailed(of, reason) if isinstance(of, Key) else AsideFailed(of, reason)


def _named(of: Key | Aside) -> JsonObject:
    match of:
        case Key(alert, revision):
            return {"alert": alert, "revision": revision}
        case Digest(keys):
            return {"digest": [key.alert for key in keys]}
        case Sample():
            return {"sample": True}
