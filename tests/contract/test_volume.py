"""What holds for every volume: the real amixer, on the mixer of a private PulseAudio, and the recording fake."""

import asyncio
import logging
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from terminal_client.outputs.interface import Volume
from terminal_client.outputs.recording import RecordingVolume
from terminal_client.outputs.volume import AmixerVolume
from tests.alsa import no_device
from tests.pulse import House, needs_pulseaudio


class Bench:
    """A volume, what it was last set to, and how to take its device away."""

    def __init__(self, volume: Volume, last: Callable[[], int], take_away: Callable[[], None]) -> None:
        self.volume = volume
        self.last = last
        self.take_away = take_away


def state() -> str:
    return subprocess.check_output(["amixer", "-M", "sget", "Master"], text=True)


def percent() -> int:
    found = re.search(r"\[(\d+)%\]", state())
    assert found
    return int(found[1])


@pytest.fixture(params=[pytest.param("amixer", marks=needs_pulseaudio), "recording"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    if request.param == "recording":
        fake = RecordingVolume()
        return Bench(fake, lambda: fake.values[-1], lambda: setattr(fake, "is_missing", True))
    house = request.getfixturevalue("house")
    house.lead(monkeypatch)
    return Bench(AmixerVolume(), percent, lambda: monkeypatch.setenv("ALSA_CONFIG_PATH", str(no_device(tmp_path))))


async def test_the_volume_is_what_was_set_last(bench: Bench) -> None:
    await bench.volume.set(95)
    assert bench.last() == 95
    await bench.volume.set(40)
    assert bench.last() == 40


async def test_a_device_without_a_volume_is_no_error(bench: Bench) -> None:
    bench.take_away()
    await bench.volume.set(95)


@needs_pulseaudio
def test_a_card_that_was_muted_is_heard_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.lead(monkeypatch)
    subprocess.run(["amixer", "-q", "sset", "Master", "mute"], check=True)
    assert "[off]" in state()

    asyncio.run(AmixerVolume().set(95))

    assert "[on]" in state()


async def test_a_missing_card_is_said_once_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(no_device(tmp_path)))
    volume = AmixerVolume("hw:31", "Digital")

    with caplog.at_level(logging.INFO):
        await volume.set(70)
        await volume.set(95)

    assert len(caplog.records) == 1


async def test_a_machine_without_amixer_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    await AmixerVolume().set(70)


async def test_an_amixer_that_hangs_holds_up_no_alert_for_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stuck = tmp_path / "amixer"
    stuck.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("terminal_client.outputs.volume._PATIENCE_SECONDS", 0.1)
    loop = asyncio.get_running_loop()
    started = loop.time()

    await AmixerVolume().set(70)

    assert loop.time() - started < 5
