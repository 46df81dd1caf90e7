"""The manners through the real thing: agenda, inbox and the real voice, with recording devices."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from kokuchi.voice import Voice
from kokuchi.voice.cues import Chime, Cue, Phrase
from kokuchi.voice.digest import SAMPLE
from kokuchi.voice.sound import Sound
from kokuchi.wire import Alert, Level, Silence
from terminal_client.agenda import GATHERING, LATER_REPEAT, REPEAT
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.manners import Manners, QuietHours
from terminal_client.outputs.interface import Speaker
from terminal_client.outputs.recording import RecordingSpeaker
from tests.terminal.alerts import alert
from tests.terminal.test_terminal import Home, StoppingSpeaker, fresh
from tests.waiting import until

HOUR = timedelta(hours=1)
Living = Callable[..., Home]


@dataclass
class EndingSpeaker:
    """A speaker at whose very end, the first time, somebody presses a button."""

    press: Callable[[], None] = lambda: None
    at_work: int = 0
    most_at_work: int = 0
    ends: int = 0

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        async for cue, sound in performance:
            on_cue(cue, sound)
            await asyncio.sleep(0)
        self.at_work -= 1
        self.ends += 1
        if self.ends == 1:
            self.press()


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice() -> AsyncIterator[Voice]:
    """Return the one voice of all these homes: it takes its time to start."""
    voice = Voice()
    yield voice
    await voice.close()


@pytest_asyncio.fixture(loop_scope="module")
async def live(tmp_path: Path, voice: Voice) -> AsyncIterator[Living]:
    homes: list[tuple[Home, asyncio.Task[None]]] = []

    def begin(speaker: Speaker, manners: Manners = Manners()) -> Home:  # noqa: B008 - it cannot be changed
        home = Home(tmp_path, speaker, manners=manners, voice=voice)
        homes.append((home, asyncio.create_task(home.terminal.run())))
        return home

    yield begin
    for home, task in homes:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        home.inbox.close()
        home.preferences.close()


def missed(identifier: str, level: str = "notice") -> Alert:
    return alert(identifier, level=level, sent=datetime.now(UTC) - 2 * HOUR)


def texts(cues: list[Cue]) -> list[str]:
    return [cue.text for cue in cues if isinstance(cue, Phrase)]


async def test_at_night_an_alert_is_shown_and_told_in_the_morning(live: Living) -> None:
    now = datetime.now(UTC)
    speaker = RecordingSpeaker()
    home = live(speaker, Manners(UTC, QuietHours((now - HOUR).time(), (now + HOUR).time())))
    key = home.receive(fresh())
    await until(lambda: home.report(key).silence and home.report(key).displayed_at)
    assert home.report(key).silence is Silence.HELD
    assert home.view.current is not None
    assert speaker.cues == []

    home.leap(HOUR)

    await until(lambda: home.report(key).voiced_at)
    assert speaker.cues[0] == Chime(Level.NOTICE, opening=True)


async def test_after_a_long_absence_several_are_told_in_one_sentence_and_heard_one_by_one(live: Living) -> None:
    """Promise 9."""
    speaker = RecordingSpeaker()
    home = live(speaker)
    keys = [home.receive(each) for each in (missed("a-1"), missed("a-2", "important"), missed("a-3", "important"))]
    await until(lambda: all(home.report(key).displayed_at for key in keys))

    home.leap(GATHERING)

    await until(lambda: all(home.report(key).silence is Silence.SUMMARISED for key in keys))
    assert speaker.cues[0] == Chime(Level.IMPORTANT, opening=True)
    assert speaker.cues[-1] == Chime(Level.IMPORTANT, opening=False)
    assert "まだお伝えしていない、重要なお知らせが2件、お知らせが1件あります。" in texts(speaker.cues)
    assert not any(home.report(key).voice_started_at or home.report(key).confirmed_at for key in keys)
    assert home.view.current is not None
    assert (home.view.current.alert.identifier, home.view.waiting) == ("a-3", 2)
    home.terminal.replay(keys[0])
    await until(lambda: home.report(keys[0]).voiced_at)


async def test_an_emergency_interrupts_the_sentence_which_then_starts_anew(live: Living) -> None:
    counts = "まだお伝えしていない、お知らせが2件あります。"
    speaker = StoppingSpeaker(counts)
    home = live(speaker)
    keys = [home.receive(missed("a-1")), home.receive(missed("a-2"))]
    await until(lambda: all(home.report(key).displayed_at for key in keys))
    home.leap(GATHERING)
    await until(lambda: speaker.stands)

    emergency = home.receive(fresh("a-3", level="emergency"))

    await until(lambda: home.report(emergency).voiced_at)
    await until(lambda: all(home.report(key).silence for key in keys))
    assert texts(speaker.begun).count(counts) == 2
    assert speaker.begun[-1] == Chime(Level.NOTICE, opening=False)
    assert home.volume.values == [60, *[60, 60], *[95, 60], *[60, 60]]


async def test_an_emergency_is_said_again_at_its_volume_until_somebody_confirms_it(live: Living) -> None:
    speaker = RecordingSpeaker()
    home = live(speaker)
    key = home.receive(fresh(level="emergency"))
    await until(lambda: home.report(key).voiced_at)
    voiced_at, script = home.report(key).voiced_at, list(speaker.cues)

    home.leap(REPEAT)
    await until(lambda: len(speaker.cues) == 2 * len(script))

    assert speaker.cues == [*script, *script]
    await until(lambda: home.volume.values == [60, *[95, 60], *[95, 60]])
    assert home.report(key).voiced_at == voiced_at
    home.terminal.confirm(key)
    await until(lambda: home.report(key).confirmed_at)
    home.leap(LATER_REPEAT)
    notice = home.receive(fresh("a-2"))
    await until(lambda: home.report(notice).voiced_at)
    assert Chime(Level.EMERGENCY, opening=True) not in speaker.cues[2 * len(script) :]


async def test_after_a_power_cut_an_emergency_goes_on_until_somebody_confirms_it(live: Living, tmp_path: Path) -> None:
    before, key = Inbox(tmp_path / "inbox.sqlite", "t-1"), Key("a-1", 1)
    earlier = datetime.now(UTC) - timedelta(minutes=10)
    before.add(alert(level="emergency", sent=earlier), earlier)
    before.reach(key, "voiced_at", earlier)
    before.close()
    speaker = RecordingSpeaker()

    home = live(speaker)

    await until(lambda: Chime(Level.EMERGENCY, opening=False) in speaker.cues)
    voiced_at = home.report(key).voiced_at
    assert voiced_at is not None
    assert voiced_at - earlier < timedelta(seconds=1)


async def test_a_household_hears_how_its_terminal_speaks_unless_there_is_something_to_say(live: Living) -> None:
    speaker = StoppingSpeaker(texts(list(SAMPLE))[0])
    home = live(speaker)
    home.terminal.sample()
    await until(lambda: speaker.stands)

    key = home.receive(fresh())
    await until(lambda: home.changes == 3)  # displayed, voice begun, voiced: told just after each is in the inbox
    assert home.report(key).voiced_at
    said = len(speaker.begun)
    assert texts(speaker.begun).count(speaker.text) == 1

    home.terminal.sample()
    await until(lambda: home.volume.values == [60, *[60, 60] * 3])
    assert speaker.begun[said:] == list(SAMPLE)
    assert home.changes == 3


async def test_what_is_asked_for_at_its_very_end_is_said_again_and_nothing_else_meanwhile(live: Living) -> None:
    speaker = EndingSpeaker()
    home = live(speaker)
    key = home.receive(fresh())
    other = home.receive(fresh("a-2"))
    speaker.press = lambda: home.terminal.replay(key)

    await until(lambda: home.report(other).voiced_at)

    assert speaker.ends == 3
    assert speaker.most_at_work == 1
