"""The terminal at work: carries out what the agenda wants, and tells the agenda what really happened."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from kokuchi.committing import Committer
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue
from kokuchi.voice.digest import SAMPLE, digest_script
from kokuchi.voice.languages import Language
from kokuchi.voice.script import script_of
from kokuchi.wire import Alert, Level
from kokuchi.wire import Speaker as SpeakerState
from terminal_client import agenda
from terminal_client.events import (
    Arrived,
    Aside,
    Confirmed,
    Digest,
    Displayed,
    Ended,
    Event,
    MannersChanged,
    Reached,
    ReplayAsked,
    Restored,
    Sample,
    SampleAsked,
    Speak,
    SpeakAside,
    StopSpeaking,
    TimeKnown,
    TimePassed,
    VoiceEnded,
    VoiceFailed,
    Withheld,
)
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.manners import Manners
from terminal_client.outputs.interface import Performer, Screen, Speaker
from terminal_client.speaking import Speaking
from terminal_client.timekeeping import TownTime
from terminal_client.view import Card, Trouble, cards_of, view_of

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0


class Terminal:
    """Joins agenda, inbox and devices. It is the `Household` that the screen's page calls.

    `on_change` is called after something was committed that is to be reported, `on_state` when presence has changed,
    `on_progress` after everything that was done, and every IDLE_SECONDS when there is nothing to do.
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
        manners: Manners,
        second_language: Language | None = None,
        has_screen: bool = True,
        has_voice: bool = True,
        on_change: Callable[[], None],
        on_state: Callable[[], None],
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._inbox = inbox
        self._screen = screen
        self._loudness = loudness
        self._time = time
        self._committer = committer
        self._town = (town_name, town_kana)
        self._second_language = second_language
        self._on_change = on_change
        self._on_state = on_state
        self._on_progress = on_progress
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._writes: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        self._state = agenda.State(time_is_known=False, has_screen=has_screen, has_voice=has_voice, manners=manners)
        self._looked_at = time.now()
        self._connected = False
        self._drawn: Key | None = None
        self._drawn_at = monotonic()
        self.speaking = Speaking(
            screen,
            speaker,
            voice,
            chimes,
            loudness,
            on_event=self._events.put_nowait,
            on_voiced_by=lambda key, revision: self._writes.put_nowait(partial(inbox.voiced_by, key, revision)),
            on_cue=self._draw,
            on_state=on_state,
        )

    @property
    def unheard(self) -> int:
        """How many alerts nobody has confirmed."""
        return len(agenda.unconfirmed(self._state))

    @property
    def shown(self) -> Key | None:
        """The alert that fills the screen."""
        focus = agenda.focus(self._state, self._time.now())
        return focus.key if focus else None

    @property
    def shown_for(self) -> float:
        """For how many seconds that has been so."""
        return monotonic() - self._drawn_at

    @property
    def newest(self) -> Key | None:
        """The alert that was sent last, whatever became of it."""
        return next((item.key for item in agenda.recent(self._state, 1)), None)

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

    def live_by(self, manners: Manners, second_language: Language | None) -> None:
        """The household has changed when its terminal keeps quiet, or its second language."""
        self._second_language = second_language
        self._events.put_nowait(MannersChanged(manners))

    def displayed(self, key: Key) -> None:
        """The page has drawn this alert."""
        self._events.put_nowait(Displayed(key))

    def confirm(self, key: Key) -> None:
        """Somebody has pressed 「わかりました」."""
        self._events.put_nowait(Confirmed(key))

    def replay(self, key: Key) -> None:
        """Somebody wants to hear it again."""
        self._events.put_nowait(ReplayAsked(key))

    def sample(self) -> None:
        """Somebody wants to hear how loud and how fast the terminal speaks."""
        self._events.put_nowait(SampleAsked())

    def past(self) -> Sequence[Card]:
        """Return the newest revision of every alert that is remembered, the newest first."""
        return cards_of(self._state, self._time.now(), agenda.KEPT, self._second_language)

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
            await self.speaking.stop()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _next_event(self) -> Event:
        due = agenda.deadline(self._state, self._looked_at)
        wait = IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(0.0, (due - self._time.now()).total_seconds()))
        try:
            async with asyncio.timeout(wait):
                return await self._events.get()
        except TimeoutError:
            return TimePassed()

    async def _happened(self, event: Event) -> None:
        if isinstance(event, VoiceEnded | VoiceFailed) and self.speaking.is_saying(event.key):
            # Its button was pressed at its very end: it has begun anew before its end was told.
            return
        now = self._looked_at = self._time.now()
        self._state, actions = agenda.step(self._state, event, now)
        if any(isinstance(action, StopSpeaking) for action in actions):
            await self.speaking.stop()
        self._draw()
        for action in actions:
            match action:
                case Reached(key, moment):
                    self._writes.put_nowait(partial(self._inbox.reach, key, moment, now))
                case Ended(key, outcome, reason):
                    self._writes.put_nowait(partial(self._inbox.end, key, outcome, reason))
                case Withheld(key, silence):
                    self._writes.put_nowait(partial(self._inbox.withhold, key, silence))
                case SpeakAside(aside):
                    self._begin_aside(aside)
                case Speak(key, after_hearing, resume):
                    script = self._script(key, after_hearing, resume)
                    self.speaking.begin(key, script, self._state.items[key].alert.level)
                case StopSpeaking():
                    pass
        self.speaking.forget(self._state.is_cut)
        self._on_progress()

    def _script(self, key: Key, after_hearing: bool, resume: bool) -> tuple[Cue, ...]:
        rest = self.speaking.rest_of(key) if resume else None
        if rest:
            return rest
        item, language = self._state.items[key], self._second_language
        is_past = self._state.has_expired(item, self._time.now())
        return script_of(
            item.alert, *self._town, after_hearing=after_hearing, is_past=is_past, second_language=language
        )

    def _begin_aside(self, aside: Aside) -> None:
        match aside:
            case Sample():
                self.speaking.begin(aside, SAMPLE, Level.NOTICE)
            case Digest(keys):
                alerts = [self._state.items[key].alert for key in keys]
                script = digest_script(alerts, *self._town, second_language=self._second_language)
                self.speaking.begin(aside, script, alerts[0].level)

    async def _write(self) -> None:
        """Commit what happened, in order. A disk that cannot be written holds up neither screen nor voice."""
        while True:
            write = await self._writes.get()
            await self._committer.commit(write)
            self._on_change()
            self._on_state()

    def _draw(self) -> None:
        troubles = [
            *([] if self._connected else [Trouble.NO_CONNECTION]),
            *([Trouble.NO_SOUND] if self.speaking.state is SpeakerState.FAILED else []),
            *([Trouble.NO_STORAGE] if self._committer.fault else []),
            *([] if self._time.is_known else [Trouble.NO_CLOCK]),
        ]
        if self._drawn != self.shown:
            self._drawn, self._drawn_at = self.shown, monotonic()
        now, language = self._time.now(), self._second_language
        self._screen.show(view_of(self._state, now, troubles, self.speaking.phrase, language))
