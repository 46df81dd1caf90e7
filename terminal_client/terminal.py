"""The terminal at work: carries out what the agenda wants, and tells the agenda what really happened."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from kokuchi.committing import Committer
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue, Phrase
from kokuchi.voice.errors import VoiceError
from kokuchi.voice.languages import Language
from kokuchi.voice.script import resumed, script_of
from kokuchi.voice.sound import Sound
from kokuchi.wire import Alert
from kokuchi.wire import Speaker as SpeakerState
from terminal_client import agenda
from terminal_client.events import (
    Arrived,
    Confirmed,
    Displayed,
    Ended,
    Event,
    Reached,
    ReplayAsked,
    Restored,
    Speak,
    StopSpeaking,
    TimeKnown,
    TimePassed,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.outputs.interface import Performer, Screen, Speaker, SpeakerFailed
from terminal_client.timekeeping import TownTime
from terminal_client.view import Card, Trouble, View

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
RECENT_CARDS = 6


@dataclass
class Performance:
    """What is being said of an alert, and which of its cues sounds: -1 before the first."""

    key: Key
    script: tuple[Cue, ...]
    place: int = -1


class Terminal:
    """Joins agenda, inbox and devices. It is the `Household` that the screen's page calls.

    `on_change` is called after something was committed that is to be reported, `on_state` when presence has changed.
    """

    def __init__(
        self,
        inbox: Inbox,
        screen: Screen,
        speaker: Speaker,
        voice: Performer,
        chimes: Chimes,
        *,
        loudness: Loudness,
        time: TownTime,
        committer: Committer,
        town_name: str,
        town_kana: str,
        second_language: Language | None = None,
        on_change: Callable[[], None],
        on_state: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._screen = screen
        self._speaker = speaker
        self._voice = voice
        self._chimes = chimes
        self._loudness = loudness
        self._time = time
        self._committer = committer
        self._town = (town_name, town_kana)
        self._second_language = second_language
        self._on_change = on_change
        self._on_state = on_state
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._writes: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        self._state = agenda.State(time_is_known=False)
        self._speech: asyncio.Task[None] | None = None
        self._performance: Performance | None = None
        self._rests: dict[Key, tuple[Cue, ...]] = {}
        self._spoken: Phrase | None = None
        self._connected = False
        self.speaker_state = SpeakerState.UNTRIED
        self.speaker_detail = ""

    @property
    def unheard(self) -> int:
        """How many alerts nobody has confirmed."""
        return sum(1 for item in agenda.recent(self._state, agenda.KEPT) if not (item.confirmed or item.silent))

    def arrived(self, alert: Alert) -> None:
        """An alert was taken into the inbox."""
        self._events.put_nowait(Arrived(alert))

    def connection(self, connected: bool) -> None:
        """The link came or went."""
        self._connected = connected
        self._draw()

    def time_known(self) -> None:
        """The centre has told the time."""
        self._events.put_nowait(TimeKnown())

    def displayed(self, key: Key) -> None:
        """The page has drawn this alert."""
        self._events.put_nowait(Displayed(key))

    def confirm(self, key: Key) -> None:
        """Somebody has pressed 「わかりました」."""
        self._events.put_nowait(Confirmed(key))

    def replay(self, key: Key) -> None:
        """Somebody wants to hear it again."""
        self._events.put_nowait(ReplayAsked(key))

    async def run(self) -> None:
        """Take up what the inbox holds, and live until cancelled."""
        writing = asyncio.create_task(self._write(), name="writing")
        try:
            # A crash may have left the volume of an emergency.
            await self._loudness.restore()
            for alert, report in await asyncio.to_thread(self._inbox.taken):
                await self._happened(Restored(alert, report))
            if self._time.is_known:
                await self._happened(TimeKnown())
            while True:
                await self._happened(await self._next_event())
        finally:
            await self._stop_speaking()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _next_event(self) -> Event:
        due = agenda.deadline(self._state)
        wait = IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(0.0, (due - self._time.now()).total_seconds()))
        try:
            async with asyncio.timeout(wait):
                return await self._events.get()
        except TimeoutError:
            return TimePassed()

    async def _happened(self, event: Event) -> None:
        now = self._time.now()
        self._state, actions = agenda.step(self._state, event, now)
        if any(isinstance(action, StopSpeaking) for action in actions):
            await self._stop_speaking()
        self._draw()
        for action in actions:
            match action:
                case Reached(key, moment):
                    self._writes.put_nowait(partial(self._inbox.reach, key, moment, now))
                case Ended(key, outcome, reason):
                    self._writes.put_nowait(partial(self._inbox.end, key, outcome, reason))
                case Speak(key, after_hearing, resume):
                    self._performance = Performance(key, self._script(key, after_hearing, resume))
                    self._speech = asyncio.create_task(self._speak(self._performance), name="speech")
                case StopSpeaking():
                    pass
        self._rests = {key: rest for key, rest in self._rests.items() if self._state.is_cut(key)}

    def _script(self, key: Key, after_hearing: bool, resume: bool) -> tuple[Cue, ...]:
        rest = self._rests.get(key) if resume else None
        if rest:
            return rest
        alert, language = self._state.items[key].alert, self._second_language
        return script_of(alert, *self._town, after_hearing=after_hearing, second_language=language)

    async def _write(self) -> None:
        """Commit what happened, in order. A disk that cannot be written holds up neither screen nor voice."""
        while True:
            write = await self._writes.get()
            await self._committer.commit(write)
            self._on_change()
            self._on_state()

    async def _stop_speaking(self) -> None:
        self._screen.silence()
        if self._speech is not None:
            self._speech.cancel()
            await asyncio.gather(self._speech, return_exceptions=True)
            self._speech = None
        if self._performance is not None:
            performance, self._performance = self._performance, None
            self._rests[performance.key] = resumed(performance.script, max(0, performance.place))

    async def _speak(self, performance: Performance) -> None:
        key, script = performance.key, performance.script

        def on_cue(cue: Cue, sound: Sound) -> None:
            performance.place += 1
            if performance.place == 0:
                if self._voice.dictionary_revision is not None:
                    self._writes.put_nowait(partial(self._inbox.voiced_by, key, self._voice.dictionary_revision))
                self._events.put_nowait(VoiceStarted(key))
            self._screen.sound(sound)
            self._spoken = cue if isinstance(cue, Phrase) else None
            self._draw()

        try:
            async with (
                contextlib.aclosing(self._voice.performance(script, self._chimes)) as sounds,
                self._loudness.during(self._state.items[key].alert.level),
            ):
                await self._speaker.play(sounds, on_cue)
        except (SpeakerFailed, VoiceError) as error:
            log.error("alert not voiced", extra={"alert": key.alert, "reason": str(error)})  # noqa: TRY400 - expected
            self._speaker_is(SpeakerState.FAILED, str(error))
            self._events.put_nowait(VoiceFailed(key, str(error)))
        else:
            log.info("alert voiced", extra={"alert": key.alert, "revision": key.revision})
            self._speaker_is(SpeakerState.WORKING, "")
            self._events.put_nowait(VoiceEnded(key))
        finally:
            self._spoken = None

    def _speaker_is(self, state: SpeakerState, detail: str) -> None:
        self.speaker_state, self.speaker_detail = state, detail[:200]
        self._on_state()

    def _draw(self) -> None:
        now = self._time.now()
        current = agenda.focus(self._state, now)
        troubles = [
            *([] if self._connected else [Trouble.NO_CONNECTION]),
            *([Trouble.NO_SOUND] if self.speaker_state is SpeakerState.FAILED else []),
            *([Trouble.NO_STORAGE] if self._committer.fault else []),
            *([] if self._time.is_known else [Trouble.NO_CLOCK]),
        ]
        card = self._card(current) if current else None
        if card is not None and card.speaking and self._spoken is not None:
            card = replace(card, source=self._spoken.source, sentence=self._spoken.sentence)
        self._screen.show(
            View(
                current=card,
                waiting=len(self._state.in_voicing(agenda.Voicing.WAITING)),
                recent=tuple(self._card(item) for item in agenda.recent(self._state, RECENT_CARDS)),
                troubles=tuple(troubles),
            )
        )

    def _card(self, item: agenda.Item) -> Card:
        return Card(
            item.alert,
            speaking=item.voicing is agenda.Voicing.SPEAKING,
            confirmed=item.confirmed,
            withdrawn=item.alert.is_cancel,
            second_language=self._second_language,
        )
