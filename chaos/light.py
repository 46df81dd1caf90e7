"""A light terminal: the real Terminal, Courier, Inbox and MqttLink behind a voice, a speaker and a screen that cost
nothing and write down what they do. It runs in a process of its own, which the zygote forks.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from chaos.journal import NAME, Journal, What
from chaos.observed import ObservedInbox, ObservedLink
from chaos.text import UNKNOWN, Listener
from kokuchi import __version__, logs
from kokuchi.committing import Committer
from kokuchi.configuration import load
from kokuchi.link import BrokerAddress, LinkError, MqttLink, Will
from kokuchi.system_clock import boot_seconds
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue
from kokuchi.voice.sound import Sound
from kokuchi.wire import Dictionary, Level, Presence, Topics, encode
from terminal_client.consultation import Consultation
from terminal_client.courier import Courier, subscriptions
from terminal_client.household import Household, Key
from terminal_client.loudness import Loudness
from terminal_client.manners import Manners
from terminal_client.outputs.recording import RecordingVolume
from terminal_client.preferences import PreferenceStore
from terminal_client.requests import RequestStore
from terminal_client.settings import Settings
from terminal_client.terminal import Terminal
from terminal_client.terms import Standing, Terms
from terminal_client.timekeeping import TownTime
from terminal_client.view import View

SHORTEST_SPEECH, LONGEST_SPEECH = 0.2, 3.0
GARBAGE_SIGNAL = signal.SIGUSR1
"""Asks a light terminal to publish garbage on its own topics."""

_CONFIRMATIONS = 0.3
_PCM = bytes(2)


@dataclass(frozen=True)
class TaggedSound(Sound):
    """A sound that knows which revision it belongs to."""

    key: Key = UNKNOWN


class LightVoice:
    """Makes a tiny silence of each cue, by whatever dictionary."""

    def __init__(self, dictionary: Dictionary | None) -> None:
        self.dictionary_revision = dictionary.revision if dictionary else None
        self._listener = Listener()

    def use(self, dictionary: Dictionary) -> None:
        """Read by this dictionary from now on."""
        self.dictionary_revision = dictionary.revision

    async def performance(
        self,
        cues: Iterable[Cue],
        chimes: Chimes,  # noqa: ARG002 - the interface's
    ) -> AsyncGenerator[tuple[Cue, Sound], None]:
        """Yield each cue with its sound."""
        script = list(cues)
        key = self._listener.heard(script)
        for cue in script:
            yield cue, TaggedSound(_PCM, key=key)


class LightSpeaker:
    """Speaks for a time that the seed tells, and writes down when it begins, is stopped, or ends."""

    def __init__(self, journal: Journal, seed: str, on_end: Callable[[Key], None]) -> None:
        self._journal = journal
        self._seed = seed
        self._on_end = on_end

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        """Play sounds one after another."""
        key: Key | None = None
        pause = 0.0
        try:
            async for cue, sound in performance:
                if key is None:
                    key = sound.key if isinstance(sound, TaggedSound) else UNKNOWN
                    # A script has about ten cues.
                    chance = Random(f"{self._seed}/{key}")  # noqa: S311 - repeatable on purpose
                    pause = chance.uniform(SHORTEST_SPEECH, LONGEST_SPEECH) / 10
                    self._journal.write(What.SPEECH_STARTED, key)
                on_cue(cue, sound)
                await asyncio.sleep(pause)
        except asyncio.CancelledError:
            self._journal.write(What.SPEECH_STOPPED, key)
            raise
        self._journal.write(What.SPEECH_ENDED, key)
        if key is not None:
            self._on_end(key)


class LightScreen:
    """Says at once that it shows what it is given."""

    is_attached = True

    def __init__(self) -> None:
        self.household: Household | None = None
        self._shown: set[Key] = set()
        self._levels: dict[Key, Level] = {}

    def show(self, view: View) -> None:
        """Show a view, as a page does that draws it at once."""
        if view.current is None or self.household is None:
            return
        alert = view.current.alert
        key = Key(alert.identifier, alert.revision)
        if key not in self._shown:
            self._shown.add(key)
            self._levels[key] = alert.level
            self.household.displayed(key)

    def level(self, key: Key) -> Level | None:
        """Return the level of an alert that was shown."""
        return self._levels.get(key)

    def sound(self, sound: Sound) -> None:
        """Make no sound."""

    def silence(self) -> None:
        """Be silent already."""


class TurnedClock:
    """A system clock that a file turns by some seconds. One that was turned is not vouched for any more."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def offset(self) -> float:
        """By how many seconds it is ahead of the true time."""
        try:
            return float(self._file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0

    def now(self) -> datetime:
        """Return what the clock shows."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def is_synchronised(self) -> bool:
        """Tell whether the system vouches for it."""
        return self.offset == 0


class LightTerminal:
    """A terminal in the folder with its settings, which reaches the broker at a port of this host."""

    def __init__(self, folder: Path, host: str, port: int, chimes: Chimes) -> None:
        self._settings = settings = load(Settings, folder / "terminal.toml", {})
        self._journal = Journal(folder / NAME)
        self._journal.write(What.STARTED)
        self._topics = Topics(settings.town.id)
        self._chance = Random(settings.terminal)  # noqa: S311 - repeatable on purpose
        clock = TurnedClock(folder / "clock")
        self._time = TownTime(clock.now, boot_seconds, clock.is_synchronised)
        self._inbox = ObservedInbox(settings.inbox, settings.terminal, self._journal)
        committer = Committer(lambda: self._courier.tell_presence())
        self._standing = Standing(
            Terms.granted(settings), self._inbox, settings.inbox.parent, settings.town.id, self._time, committer
        )
        self._screen = LightScreen()
        address = BrokerAddress(host, port, settings.terminal, settings.broker_address.password)
        will = Presence(terminal=settings.terminal, sent=self._time.now(), online=False)
        self._link = ObservedLink(
            MqttLink(
                address,
                client_id=settings.terminal,
                subscriptions=subscriptions(self._topics, self._standing.membership),
                will=Will(self._topics.presence(settings.terminal), encode(will)),
            ),
            self._standing.keys,
            settings.town.id,
            self._journal,
        )
        voice = LightVoice(self._inbox.dictionary())
        self._terminal = Terminal(
            self._inbox,
            self._screen,
            LightSpeaker(self._journal, settings.terminal, self._heard_to_the_end),
            voice,
            chimes,
            loudness=Loudness(RecordingVolume(), PreferenceStore(settings.inbox, settings.usual), emergency=95),
            time=self._time,
            committer=committer,
            town_name=settings.town.name,
            town_kana=settings.town.kana,
            manners=Manners(),
            on_change=lambda: self._courier.report(),
            on_state=lambda: self._courier.tell_presence(),
        )
        self._screen.household = self._terminal
        self._courier = Courier(
            self._link,
            self._inbox,
            self._standing,
            settings.town.id,
            on_alert=self._terminal.arrived,
            on_dictionary=voice.use,
            on_connection=self._terminal.connection,
            on_time_known=self._terminal.time_known,
            presence=self._presence,
            time=self._time,
            committer=committer,
            consultation=Consultation(
                RequestStore(settings.inbox),
                settings.terminal,
                self._time.now,
                committer,
                show=lambda _standing: None,
                on_change=lambda request: self._courier.request(request),
                on_wait=lambda: self._courier.ask_later(),
            ),
        )

    async def run(self) -> None:
        """Live until killed."""
        asyncio.get_running_loop().add_signal_handler(GARBAGE_SIGNAL, self._talk_nonsense)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._terminal.run())
            group.create_task(self._courier.run())

    def _presence(self) -> Presence:
        refused, last_refusal = self._inbox.refused()
        return Presence(
            terminal=self._settings.terminal,
            sent=self._time.now(),
            online=True,
            software=__version__,
            speaker=self._terminal.speaking.state,
            screen_attached=True,
            refused=refused,
            last_refusal=last_refusal,
            clock=self._time.source,
            clock_ahead_seconds=round(self._time.deviation().total_seconds()),
        )

    def _heard_to_the_end(self, key: Key) -> None:
        """Let the household confirm every emergency, and some of the others, a moment after it has heard them."""
        if self._screen.level(key) is Level.EMERGENCY or self._chance.random() < _CONFIRMATIONS:
            asyncio.get_running_loop().call_later(self._chance.uniform(0, 2), self._terminal.confirm, key)

    def _talk_nonsense(self) -> None:
        topics, terminal = self._topics, self._settings.terminal
        for topic in (topics.delivery(terminal), topics.presence(terminal), topics.sync(terminal)):
            for payload in _nonsense():
                asyncio.ensure_future(self._say(topic, payload))  # noqa: RUF006 - nobody waits for nonsense

    async def _say(self, topic: str, payload: bytes) -> None:
        try:
            await self._link.publish(topic, payload)
        except LinkError:
            return


def _nonsense() -> list[bytes]:
    other = b'"terminal":"t-0001","alert":"chaos-0001","revision":1,"sent":"2026-01-01T00:00:00.000+00:00"'
    moments = b'"received_at":"2026-01-01T00:00:00.000+00:00","voiced_at":"2026-01-01T00:00:00.000+00:00"'
    return [
        os.urandom(200),
        b"{",
        b"[" * 5000,
        b'{"version":1}',
        b'{"version":2,' + other + b"}",
        b'{"version":1,' + other + b"," + moments + b"}",
    ]


def live(folder: Path, host: str, port: int, chimes: Chimes) -> None:
    """Run a light terminal in this process; what ends it by itself is written down."""

    async def run() -> None:
        await LightTerminal(folder, host, port, chimes).run()

    logs.configure()
    try:
        asyncio.run(run())
    except BaseException as error:
        Journal(folder / NAME).write(What.CRASHED, detail=repr(error))
        sys.excepthook(type(error), error, error.__traceback__)
        raise
