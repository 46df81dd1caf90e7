"""What holds for every speaker: the real aplay, on a device that keeps the sound, and the recording fake."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kokuchi.voice.cues import Chime, Cue
from kokuchi.voice.sound import RATE, Sound
from kokuchi.wire import Level
from terminal_client.outputs.interface import Speaker, SpeakerFailed
from terminal_client.outputs.recording import RecordingSpeaker
from terminal_client.outputs.speaker import AplaySpeaker
from tests.alsa import file_device, no_device
from tests.pulse import House, needs_pulseaudio
from tests.waiting import until

OPENING, CLOSING = Chime(Level.NOTICE, opening=True), Chime(Level.NOTICE, opening=False)


def tone(seconds: float, value: int) -> Sound:
    return Sound(value.to_bytes(2, "little") * int(seconds * RATE))


def player() -> int:
    """Return the process identifier of the one aplay that we have started."""
    return int(subprocess.check_output(["pgrep", "-P", str(os.getpid()), "aplay"]))


async def performance(*pairs: tuple[Cue, Sound]) -> AsyncIterator[tuple[Cue, Sound]]:
    for pair in pairs:
        yield pair


class Bench:
    """A speaker, what it has played, and how to take its device away."""

    def __init__(self, speaker: Speaker, played: Callable[[], bytes], break_device: Callable[[], None]) -> None:
        self.speaker = speaker
        self.played = played
        self.break_device = break_device
        self.begun: list[Cue] = []

    async def play(self, *pairs: tuple[Cue, Sound]) -> None:
        await self.speaker.play(performance(*pairs), lambda cue, _sound: self.begun.append(cue))


@pytest.fixture(params=["aplay", "recording"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    if request.param == "recording":
        fake = RecordingSpeaker()

        def fail() -> None:
            fake.failure = "no such device"

        return Bench(fake, lambda: bytes(fake.pcm), fail)
    configuration, sound = file_device(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    return Bench(
        AplaySpeaker(real_time=False),
        sound.read_bytes,
        lambda: monkeypatch.setenv("ALSA_CONFIG_PATH", str(no_device(tmp_path))),
    )


async def test_everything_is_played_in_order_byte_for_byte(bench: Bench) -> None:
    one, two = tone(0.4, 1000), tone(0.3, 2000)

    await bench.play((OPENING, one), (CLOSING, two))

    source = one.pcm + two.pcm
    assert bench.begun == [OPENING, CLOSING]
    assert bench.played()[: len(source)] == source
    assert not any(bench.played()[len(source) :])


async def test_a_missing_device_is_an_error_with_a_reason(bench: Bench) -> None:
    """Promise 5."""
    bench.break_device()

    with pytest.raises(SpeakerFailed, match=r"(?i)no such|unknown|cannot|open"):
        await bench.play((OPENING, tone(2.0, 1000)))


async def test_a_device_that_comes_back_is_used_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(bench.speaker, RecordingSpeaker):
        bench.speaker.failure = "gone"
        with pytest.raises(SpeakerFailed):
            await bench.play((OPENING, tone(0.2, 1)))
        bench.speaker.failure = None
    else:
        with monkeypatch.context() as away:
            away.setenv("ALSA_CONFIG_PATH", "/nonexistent")
            with pytest.raises(SpeakerFailed):
                await bench.play((OPENING, tone(0.2, 1)))

    await bench.play((CLOSING, tone(0.2, 5)))

    assert bench.begun[-1] == CLOSING


async def test_a_sound_that_cannot_be_made_ends_the_performance_with_its_error(bench: Bench) -> None:
    async def broken() -> AsyncIterator[tuple[Cue, Sound]]:
        yield OPENING, tone(0.2, 1)
        raise RuntimeError("the voice has no words")

    with pytest.raises(RuntimeError, match="no words"):
        await bench.speaker.play(broken(), lambda _cue, _sound: None)


async def test_aplay_stops_at_once_when_it_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 6: mid-sentence too."""
    configuration, sound = file_device(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    begun: list[Cue] = []
    long = tone(30.0, 1000)
    speech = asyncio.create_task(
        AplaySpeaker().play(
            performance((OPENING, tone(0.3, 7)), (CLOSING, long)), lambda cue, _sound: begun.append(cue)
        )
    )
    await until(lambda: CLOSING in begun)

    loop = asyncio.get_running_loop()
    asked = loop.time()
    speech.cancel()
    await asyncio.gather(speech, return_exceptions=True)

    assert loop.time() - asked < 1.0
    assert sound.stat().st_size < len(long.pcm)


async def test_aplay_keeps_the_pace_on_a_device_that_swallows_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration, _ = file_device(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    loop = asyncio.get_running_loop()
    started = loop.time()

    await AplaySpeaker().play(performance((OPENING, tone(0.5, 1)), (CLOSING, tone(0.5, 1))), lambda _c, _s: None)

    assert loop.time() - started >= 0.75


async def test_a_device_that_vanishes_mid_sentence_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 5: what was not played to the end was not voiced."""
    configuration, _ = file_device(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    begun: list[Cue] = []
    speech = asyncio.create_task(
        AplaySpeaker().play(
            performance((OPENING, tone(0.3, 7)), (CLOSING, tone(30.0, 9))), lambda c, _s: begun.append(c)
        )
    )
    await until(lambda: CLOSING in begun)

    os.kill(player(), signal.SIGKILL)

    with pytest.raises(SpeakerFailed):
        await speech


@needs_pulseaudio
async def test_an_interruption_cuts_the_sound_within_a_tenth_of_a_second(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 6, at the loudspeaker: a card that takes sound no faster than it plays it."""
    house.lead(monkeypatch)
    loop = asyncio.get_running_loop()
    begun: list[Cue] = []
    with house.listen() as recorder:
        heard = LastSound(recorder)
        speech = asyncio.create_task(
            AplaySpeaker().play(
                performance((OPENING, tone(0.3, 7000)), (CLOSING, tone(30.0, 9000))), lambda cue, _s: begun.append(cue)
            )
        )
        await until(lambda: CLOSING in begun and heard.samples > RATE)

        asked = loop.time()
        speech.cancel()
        await asyncio.gather(speech, return_exceptions=True)
        ended = loop.time()
        await until(lambda: heard.silent_for() > 1.0)
        recorder.terminate()
        heard.finish()

    assert ended - asked < 0.1
    assert heard.at - asked < 0.1 + heard.lateness


class LastSound:
    """Listens in a thread to a recorder, and keeps when the last audible sample came."""

    def __init__(self, recorder: subprocess.Popen[bytes]) -> None:
        assert recorder.stdout is not None
        self._stream = recorder.stdout
        self.samples = 0
        self.at = 0.0
        self.lateness = 0.02  # what the recorder itself holds: 10 ms, and as much for this machine
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until the recorder has ended, which closes its stream."""
        self._thread.join()

    def silent_for(self) -> float:
        return time.monotonic() - self.at

    def _listen(self) -> None:
        while piece := self._stream.read(RATE // 100 * 2):
            if any(piece):
                self.samples += len(piece) // 2
                self.at = time.monotonic()
