"""What stands still is noticed, started anew and remembered."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kokuchi.pulse import Pulse
from kokuchi.restarts import Restarts
from kokuchi.service_manager import ServiceManager
from kokuchi.voice.cues import Chime, Cue
from kokuchi.voice.sound import Sound, silence
from kokuchi.watchdog import Part, StoodStill, Watchdog
from kokuchi.wire import Level
from terminal_client.outputs.interface import SpeakerFailed
from terminal_client.watched import VOICE_PATIENCE, WatchedSpeaker
from tests.service_manager import Systemd, listening
from tests.waiting import until

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with listening(tmp_path / "notify") as end:
        yield end


class House:
    """A watchdog with a part that may stand still, and a vital one."""

    def __init__(self, folder: Path, systemd: Systemd) -> None:
        self.clock = Clock()
        self.link, self.agenda = Pulse(self.clock), Pulse(self.clock)
        self.revived = 0
        self.changes = 0
        self.folder = folder
        self.restarts = Restarts(folder, lambda: NOW, self._count)
        self.manager = ServiceManager(str(systemd.path))
        self.watchdog = Watchdog(
            [
                Part("agenda", self.agenda, "it did nothing for 90 s"),
                Part("link", self.link, "the broker was not heard of", self._revive),
            ],
            self.restarts,
            self.manager,
            lambda: "connected, 2 unheard",
            round_seconds=0.01,
        )

    def _count(self) -> None:
        self.changes += 1

    async def _revive(self) -> None:
        self.revived += 1


@pytest.fixture
def house(tmp_path: Path, systemd: Systemd) -> Iterator[House]:
    house = House(tmp_path, systemd)
    yield house
    house.restarts.close()
    house.manager.close()


def test_a_part_owes_progress_only_while_it_is_expected() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    assert not pulse.is_overdue
    pulse.expect(30)
    clock.seconds = 30
    assert not pulse.is_overdue
    clock.seconds = 30.1
    assert pulse.is_overdue
    pulse.expect(30)
    assert not pulse.is_overdue
    clock.seconds = 100
    pulse.rest()
    assert not pulse.is_overdue


async def test_systemd_is_told_that_all_is_well_again_and_again(house: House, systemd: Systemd) -> None:
    watching = asyncio.create_task(house.watchdog.run())
    await until(lambda: len(systemd.listen()) > 3)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert systemd.listen()[0] == "READY=1"
    assert set(systemd.heard[1:-1]) == {"WATCHDOG=1\nSTATUS=connected, 2 unheard"}
    assert systemd.heard[-1] == "STOPPING=1"


async def test_a_part_that_stands_still_is_started_anew_once_and_remembered(house: House, systemd: Systemd) -> None:
    house.link.expect(100)
    watching = asyncio.create_task(house.watchdog.run())
    await until(lambda: len(systemd.listen()) > 2)
    assert house.revived == 0

    house.clock.seconds = 101
    await until(lambda: house.revived)
    count = len(systemd.listen())
    await until(lambda: len(systemd.listen()) > count + 2)
    watching.cancel()

    assert (house.revived, house.changes) == (1, 1)
    assert house.restarts.last == "link, 2026-11-24T06:30:00.000+00:00: the broker was not heard of"
    # The process that comes next says it too.
    assert Restarts(house.folder, lambda: NOW, lambda: None).last == house.restarts.last


async def test_without_its_agenda_the_process_ends_and_systemd_hears_no_word_that_all_is_well(
    house: House, systemd: Systemd
) -> None:
    house.agenda.expect(90)
    house.clock.seconds = 91
    with pytest.raises(StoodStill, match="the agenda stands still: it did nothing for 90 s"):
        await house.watchdog.run()
    assert systemd.listen() == ["READY=1", "STOPPING=1"]
    assert house.restarts.last is not None
    assert house.restarts.last.startswith("agenda, ")


async def test_where_no_service_manager_listens_nothing_happens(tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "gone")):
        manager = ServiceManager(address)
        manager.ready()
        manager.alive("well")
        manager.close()


def test_a_process_whose_loop_stands_still_ends_and_the_next_one_says_so(tmp_path: Path) -> None:
    program = (
        "import time; from pathlib import Path; from datetime import datetime, UTC\n"
        "from kokuchi.restarts import Restarts\n"
        f"restarts = Restarts(Path({str(tmp_path)!r}), lambda: datetime.now(UTC), lambda: None, loop_patience=0.2)\n"
        "restarts.guard_the_loop()\n"
        "def hang():\n    time.sleep(60)\n"
        "hang()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert ended.returncode == 1

    after = Restarts(tmp_path, lambda: NOW, lambda: None)
    assert after.last is not None
    assert after.last.startswith("terminal, ")
    assert "its event loop did nothing" in after.last
    assert "hang" in (tmp_path / "stood-still.txt").read_text()


def test_a_process_that_ends_well_leaves_nothing_to_say(tmp_path: Path) -> None:
    restarts = Restarts(tmp_path, lambda: NOW, lambda: None)
    restarts.guard_the_loop()
    restarts.close()
    assert Restarts(tmp_path, lambda: NOW, lambda: None).last is None
    assert list(tmp_path.iterdir()) == []


class StuckSpeaker:
    """A speaker that takes the first cue and comes to no second one."""

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        async for cue, sound in performance:
            on_cue(cue, sound)
            await asyncio.Event().wait()


async def chime() -> AsyncIterator[tuple[Cue, Sound]]:
    yield Chime(Level.NOTICE, opening=True), silence(3.0)


async def test_a_voice_that_comes_to_no_next_sound_is_overdue_and_fails_when_it_is_given_up() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    speaker = WatchedSpeaker(StuckSpeaker(), pulse)
    heard: list[Cue] = []
    playing = asyncio.create_task(speaker.play(chime(), lambda cue, _: heard.append(cue)))
    await until(lambda: heard)
    clock.seconds = 3 + VOICE_PATIENCE - 1
    assert not pulse.is_overdue
    clock.seconds += 2
    assert pulse.is_overdue

    speaker.give_up()

    with pytest.raises(SpeakerFailed, match="stood still"):
        await playing
    assert pulse.is_resting


async def test_a_speech_that_is_cut_is_no_failure() -> None:
    pulse = Pulse(Clock())
    speaker = WatchedSpeaker(StuckSpeaker(), pulse)
    heard: list[Cue] = []
    playing = asyncio.create_task(speaker.play(chime(), lambda cue, _: heard.append(cue)))
    await until(lambda: heard)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert pulse.is_resting
