"""How loud the terminal speaks: forced for an emergency, and never left so."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from kokuchi.wire import Level
from terminal_client.__main__ import main
from terminal_client.loudness import Loudness
from terminal_client.outputs.recording import RecordingVolume
from terminal_client.preferences import Preferences, PreferenceStore
from tests.terminal.settings_files import write_terminal_settings
from tests.waiting import until


@pytest.fixture
def preferences(tmp_path: Path) -> Iterator[PreferenceStore]:
    kept = PreferenceStore(tmp_path / "inbox.sqlite", Preferences())
    yield kept
    kept.close()


@pytest.fixture
def volume() -> RecordingVolume:
    return RecordingVolume()


@pytest.fixture
def loudness(volume: RecordingVolume, preferences: PreferenceStore) -> Loudness:
    return Loudness(volume, preferences, emergency=95)


async def test_an_emergency_is_forced_and_the_household_s_volume_comes_back(
    loudness: Loudness, volume: RecordingVolume
) -> None:
    async with loudness.during(Level.EMERGENCY):
        assert volume.values == [95]
    assert volume.values == [95, 70]


@pytest.mark.parametrize("level", [Level.IMPORTANT, Level.NOTICE])
async def test_anything_lower_has_the_household_s_volume(
    level: Level, loudness: Loudness, volume: RecordingVolume
) -> None:
    async with loudness.during(level):
        assert volume.values == [70]


async def test_a_voice_that_fails_or_is_stopped_leaves_nothing_forced(
    loudness: Loudness, volume: RecordingVolume
) -> None:
    with pytest.raises(RuntimeError, match="no device"):
        async with loudness.during(Level.EMERGENCY):
            raise RuntimeError("no device")

    async def speak() -> None:
        async with loudness.during(Level.EMERGENCY):
            await asyncio.Event().wait()

    speech = asyncio.create_task(speak())
    await asyncio.sleep(0)
    speech.cancel()
    await asyncio.gather(speech, return_exceptions=True)
    assert volume.values == [95, 70, 95, 70]


async def test_a_household_that_hears_louder_is_not_turned_down_for_an_emergency(
    loudness: Loudness, volume: RecordingVolume, preferences: PreferenceStore
) -> None:
    preferences.change(volume=100)
    async with loudness.during(Level.EMERGENCY):
        assert volume.values == [100]


async def test_what_the_household_sets_counts_from_the_next_alert_on_and_after_a_restart(
    loudness: Loudness, volume: RecordingVolume, preferences: PreferenceStore, tmp_path: Path
) -> None:
    preferences.change(volume=40)
    assert loudness.household == 40
    async with loudness.during(Level.NOTICE):
        assert volume.values == [40]
    again = PreferenceStore(tmp_path / "inbox.sqlite", Preferences())
    assert again.current().volume == 40
    again.close()


def test_the_command_prints_and_sets_the_household_s_volume(tmp_path: Path) -> None:
    settings = write_terminal_settings(tmp_path, "[speaker]\nvolume = 55\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "terminal_client", "--config", str(settings), "volume", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    assert run().stdout == "55 %\n"
    assert run("80").stdout == "80 %\n"
    assert run().stdout == "80 %\n"
    assert run("5").returncode == 2


def test_the_command_says_in_a_line_that_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = Mock(side_effect=sqlite3.OperationalError("database or disk is full"))
    monkeypatch.setattr(PreferenceStore, "change", full)
    monkeypatch.setattr(sys, "argv", ["x", "--config", str(write_terminal_settings(tmp_path, "")), "volume", "60"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (1, "error: database or disk is full\n")


async def test_a_button_is_heard_at_once_but_never_below_what_an_emergency_forces(
    loudness: Loudness, volume: RecordingVolume, preferences: PreferenceStore
) -> None:
    following = asyncio.create_task(loudness.run())
    async with loudness.during(Level.NOTICE):
        preferences.change(volume=90)
        await until(lambda: volume.values[-1] == 90)
    async with loudness.during(Level.EMERGENCY):
        preferences.change(volume=60)
        preferences.change(volume=100)
        await until(lambda: volume.values[-1] == 100)
        preferences.change(volume=50)
        await until(lambda: volume.values[-1] == 95)
    assert volume.values[-1] == 50
    assert min(volume.values[volume.values.index(95) : -1]) >= 95
    following.cancel()
