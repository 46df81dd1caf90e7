"""The terminal at work: agenda, inbox, the real voice and recording devices together."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from kokuchi.committing import Committer
from kokuchi.voice import Chimes, Voice
from kokuchi.voice.cues import Chime, Cue, Phrase, PhraseSource
from kokuchi.voice.sound import Sound
from kokuchi.wire import Alert, DeliveryReport, Level, Outcome
from kokuchi.wire import Speaker as SpeakerState
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.manners import Manners
from terminal_client.outputs.interface import Speaker
from terminal_client.outputs.recording import RecordingScreen, RecordingSpeaker, RecordingVolume
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.terminal import Terminal
from terminal_client.timekeeping import TownTime
from terminal_client.view import Trouble, View
from tests.terminal.alerts import alert, cancel
from tests.voice.kept import shares_the_voice
from tests.waiting import until

SOUNDS = Path(__file__).resolve().parents[2] / "sounds"


@dataclass
class HeldSpeaker:
    """A speaker that stays at its second cue until it is let go: somebody who is in the middle of speaking."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[Cue] = field(default_factory=list)
    stopped: int = 0

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        try:
            async for cue, sound in performance:
                self.begun.append(cue)
                on_cue(cue, sound)
                if len(self.begun) > 1:
                    await self.go.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise


@dataclass
class StoppingSpeaker:
    """A speaker that stands still, the first time, at the phrase with this text, until it is cut off there."""

    text: str
    stands: bool = False
    begun: list[Cue] = field(default_factory=list)

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        async for cue, sound in performance:
            self.begun.append(cue)
            on_cue(cue, sound)
            if isinstance(cue, Phrase) and cue.text == self.text and not self.stands:
                self.stands = True
                await asyncio.Event().wait()


class Home:
    """A terminal in a household."""

    def __init__(
        self,
        folder: Path,
        speaker: Speaker,
        *,
        manners: Manners = Manners(),  # noqa: B008 - it cannot be changed
        voice: Voice | None = None,
    ) -> None:
        self.leapt = 0.0
        self.inbox = Inbox(folder / "inbox.sqlite", "t-1")
        self.screen = RecordingScreen()
        self.changes = 0
        self.preferences = PreferenceStore(folder / "inbox.sqlite", Preferences(volume=60))
        self.volume = RecordingVolume()
        self.voice = voice or Voice()
        self.terminal = Terminal(
            self.inbox,
            self.screen,
            speaker,
            self.voice,
            Chimes(SOUNDS),
            loudness=Loudness(self.volume, self.preferences, emergency=95),
            time=TownTime(lambda: datetime.now(UTC), lambda: time.monotonic() + self.leapt, lambda: True),
            committer=Committer(lambda: None),
            town_name="月形町",
            town_kana="ツキガタチョウ",
            manners=manners,
            on_change=self._count,
            on_state=lambda: None,
        )

    def _count(self) -> None:
        self.changes += 1

    def receive(self, sent: Alert) -> Key:
        """Take an alert as the courier does, and let the page say that it shows it."""
        self.inbox.add(sent, datetime.now(UTC))
        self.terminal.arrived(sent)
        key = Key(sent.identifier, sent.revision)
        self.terminal.displayed(key)
        return key

    def leap(self, duration: timedelta) -> None:
        """Let time pass at once, as it does while a device sleeps; the terminal looks at it."""
        self.leapt += duration.total_seconds()
        self.terminal.time_known()

    def report(self, key: Key) -> DeliveryReport:
        return next(r for _, r in self.inbox.taken() if (r.alert, r.revision) == (key.alert, key.revision))

    @property
    def view(self) -> View:
        return self.screen.views[-1]


def fresh(identifier: str = "a-1", **changes: object) -> Alert:
    return alert(identifier, sent=datetime.now(UTC), **changes)  # type: ignore[arg-type] # the same keywords


@pytest_asyncio.fixture(loop_scope="session")
async def live(tmp_path: Path, kept_voice: Voice) -> AsyncIterator[Callable[[Speaker], Home]]:
    homes: list[tuple[Home, asyncio.Task[None]]] = []

    def begin(speaker: Speaker) -> Home:
        home = Home(tmp_path, speaker, voice=kept_voice)
        homes.append((home, asyncio.create_task(home.terminal.run())))
        return home

    yield begin
    for home, task in homes:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        home.inbox.close()
        home.preferences.close()


@shares_the_voice
async def test_an_alert_is_shown_said_and_each_stage_is_committed(live: Callable[[Speaker], Home]) -> None:
    speaker = RecordingSpeaker()
    home = live(speaker)

    key = home.receive(fresh())

    await until(lambda: home.report(key).voiced_at)
    report = home.report(key)
    assert report.displayed_at is not None
    assert report.voice_started_at is not None
    assert isinstance(speaker.cues[0], Chime)
    assert [cue.source for cue in speaker.cues if isinstance(cue, Phrase)][:2] == [
        PhraseSource.GREETING,
        PhraseSource.HEADLINE,
    ]
    await until(lambda: home.changes == 3)


@shares_the_voice
async def test_the_sentence_that_is_being_said_is_marked_on_the_screen(live: Callable[[Speaker], Home]) -> None:
    home = live(RecordingSpeaker())

    key = home.receive(fresh(body="一つめの文です。二つめの文です。"))

    await until(lambda: home.report(key).voiced_at)
    marked = [(view.current.source, view.current.sentence) for view in home.screen.views if view.current]
    assert (PhraseSource.BODY, 0) in marked
    assert (PhraseSource.BODY, 1) in marked
    assert marked.index((PhraseSource.BODY, 0)) < marked.index((PhraseSource.BODY, 1))


@shares_the_voice
async def test_a_drill_is_announced_as_one(live: Callable[[Speaker], Home]) -> None:
    """Promise 7."""
    speaker = RecordingSpeaker()
    home = live(speaker)

    key = home.receive(fresh(drill=True))

    await until(lambda: home.report(key).voiced_at)
    phrases = [cue.source for cue in speaker.cues if isinstance(cue, Phrase)]
    assert phrases[0] is PhraseSource.DRILL
    assert any(view.current and view.current.to_json()["drill"] for view in home.screen.views)


@shares_the_voice
async def test_a_cancel_stops_the_voice_mid_sentence(live: Callable[[Speaker], Home]) -> None:
    """Promise 6."""
    speaker = HeldSpeaker()
    home = live(speaker)
    sent = fresh()
    key = home.receive(sent)
    await until(lambda: len(speaker.begun) > 1)

    loop = asyncio.get_running_loop()
    cancelled_at = loop.time()
    withdrawal = home.receive(cancel(sent))

    await until(lambda: speaker.stopped)
    assert loop.time() - cancelled_at < 1.0
    await until(lambda: home.report(key).outcome is Outcome.CANCELLED)
    assert home.report(key).voiced_at is None
    speaker.go.set()
    await until(lambda: home.report(withdrawal).voiced_at)
    assert home.screen.silences >= 1


@shares_the_voice
async def test_what_an_emergency_cut_resumes_at_the_sentence_where_it_was_cut(live: Callable[[Speaker], Home]) -> None:
    speaker = StoppingSpeaker("二つめの文です。")
    home = live(speaker)
    notice = home.receive(fresh(body="一つめの文です。二つめの文です。三つめの文です。"))
    await until(lambda: speaker.stands)

    emergency = home.receive(fresh("a-2", level="emergency", body="ただちに避難してください。"))

    await until(lambda: home.report(notice).voiced_at)
    texts = [cue.text for cue in speaker.begun if isinstance(cue, Phrase)]
    assert texts[:4] == ["こちらは月形町です。", texts[1], "一つめの文です。", "二つめの文です。"]
    resumed = len(speaker.begun) - 1 - speaker.begun[::-1].index(Chime(Level.NOTICE, opening=True))
    after = [cue.text for cue in speaker.begun[resumed:] if isinstance(cue, Phrase)]
    assert after[:2] == ["二つめの文です。", "三つめの文です。"]
    assert texts.count("一つめの文です。") == 1
    assert speaker.begun[-1] == Chime(Level.NOTICE, opening=False)
    assert home.report(emergency).voiced_at <= home.report(notice).voiced_at  # type: ignore[operator] # both are there


@shares_the_voice
async def test_an_emergency_is_loud_and_what_it_cut_is_as_loud_as_the_household_wants(
    live: Callable[[Speaker], Home],
) -> None:
    speaker = StoppingSpeaker("二つめの文です。")
    home = live(speaker)
    notice = home.receive(fresh(body="一つめの文です。二つめの文です。"))
    await until(lambda: speaker.stands)

    home.receive(fresh("a-2", level="emergency"))

    await until(lambda: home.report(notice).voiced_at)
    at_the_start, a_notice, after_the_cut = [60], [60], [60]
    assert home.volume.values == [*at_the_start, *a_notice, *after_the_cut, 95, 60, *a_notice, 60]


@shares_the_voice
@pytest.mark.parametrize(("level", "loud"), [("emergency", 95), ("important", 60)])
async def test_a_drill_is_as_loud_as_its_level(level: str, loud: int, live: Callable[[Speaker], Home]) -> None:
    home = live(RecordingSpeaker())
    key = home.receive(fresh(level=level, drill=True))

    await until(lambda: home.report(key).voiced_at)
    assert home.volume.values == [60, loud, 60]


@shares_the_voice
async def test_a_missing_sound_device_is_reported_and_shown(live: Callable[[Speaker], Home]) -> None:
    """Promise 5."""
    home = live(RecordingSpeaker(failure="no such device"))

    key = home.receive(fresh())

    await until(lambda: home.report(key).outcome)
    report = home.report(key)
    assert (report.outcome, report.reason, report.voiced_at) == (Outcome.VOICE_FAILED, "no such device", None)
    await until(lambda: Trouble.NO_SOUND in home.view.troubles)
    assert home.terminal.speaking.state is SpeakerState.FAILED


@shares_the_voice
async def test_without_the_centre_a_terminal_still_shows_and_replays_what_it_has(
    live: Callable[[Speaker], Home],
) -> None:
    """Promise 8."""
    speaker = RecordingSpeaker()
    home = live(speaker)
    key = home.receive(fresh())
    await until(lambda: home.report(key).voiced_at)
    home.terminal.connection(False)
    said = len(speaker.cues)

    home.terminal.replay(key)

    await until(lambda: len(speaker.cues) == 2 * said)
    assert home.view.troubles == (Trouble.NO_CONNECTION,)


@shares_the_voice
async def test_an_alert_that_a_power_cut_interrupted_is_said_again_after_the_start(
    live: Callable[[Speaker], Home], tmp_path: Path
) -> None:
    """Promise 2."""
    before = Inbox(tmp_path / "inbox.sqlite", "t-1")
    before.add(fresh(), datetime.now(UTC))
    before.reach(Key("a-1", 1), "voice_started_at", datetime.now(UTC))
    before.close()
    speaker = RecordingSpeaker()

    home = live(speaker)

    await until(lambda: home.report(Key("a-1", 1)).voiced_at)
    assert isinstance(speaker.cues[0], Chime)
