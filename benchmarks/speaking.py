"""A terminal's process that speaks 300 characters to a device that swallows them: its memory, its loop, its delays.

`python -m benchmarks.speaking` prints one JSON object. It is a process of its own, so that its memory is a terminal's:
it has loaded what a terminal loads, and its page and its link are idle while it speaks.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import terminal_client.bootstrap  # noqa: F401 - what a terminal has in memory
from benchmarks.text import THREE_HUNDRED_CHARACTERS
from kokuchi.voice import Chimes, Cue, Phrase, PhraseSource, Sound, Voice, VoiceSettings
from kokuchi.voice.sentences import sentences
from terminal_client.outputs.speaker import AplaySpeaker

SOUNDS = Path(__file__).resolve().parents[1] / "sounds"
_TICK = 0.002
_ALONE = 4
"""The first sentences are spoken one by one, to see how soon each begins."""


@dataclass
class Spoken:
    """Times in seconds, memory in MiB. The loop's pauses: as the clock saw them, and as its thread was at work.

    The real-time factor is the worker's processor time for a second of sound, which a busy machine changes little.
    """

    seconds_of_sound: float = 0.0
    real_time_factor: float = 0.0
    first_sound_cold: float = 0.0
    first_sound_warm: float = 0.0
    longest_pause: float = 0.0
    longest_work: float = 0.0
    terminal_memory: float = 0.0
    worker_memory: float = 0.0


def peak_memory(pid: int) -> float:
    """Return the most that a process has held in memory, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def processor_seconds(pid: int) -> float:
    """Return for how long a process has been at work."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _pid(voice: Voice) -> int:
    assert voice.worker_pid is not None  # noqa: S101 - it has spoken
    return voice.worker_pid


async def speak(text: str, settings: VoiceSettings = VoiceSettings()) -> Spoken:  # noqa: B008 - it cannot be changed
    """Speak a text on ALSA's default device as fast as it takes it; return what was measured."""
    spoken = Spoken()
    begun: list[float] = []
    cues = [Phrase(sentence, None, PhraseSource.BODY) for sentence in sentences(text)]

    def on_cue(_cue: Cue, sound: Sound) -> None:
        begun.append(time.monotonic())
        spoken.seconds_of_sound += sound.duration

    voice, chimes = Voice(settings), Chimes(SOUNDS)
    speaker = AplaySpeaker(real_time=False)

    async def play(some: list[Phrase]) -> float:
        """Speak; return how long it took until something was heard."""
        begun.clear()
        started = time.monotonic()
        await speaker.play(voice.performance(some, chimes), on_cue)
        return begun[0] - started

    try:
        spoken.first_sound_cold = await play(cues[:1])
        spoken.seconds_of_sound = 0.0
        async with _watched(spoken):
            started = processor_seconds(_pid(voice))
            # Each is new to the cache. The best of them: what else the machine did is not the voice's.
            spoken.first_sound_warm = min([await play(cues[index : index + 1]) for index in range(1, _ALONE)])
            await play(cues[_ALONE:])
            spoken.real_time_factor = (processor_seconds(_pid(voice)) - started) / spoken.seconds_of_sound
        spoken.worker_memory = peak_memory(_pid(voice))
        spoken.terminal_memory = peak_memory(os.getpid())
    finally:
        await voice.close()
    return spoken


@asynccontextmanager
async def _watched(spoken: Spoken) -> AsyncIterator[None]:
    """Note the longest time during which the event loop ran nothing else than one callback."""
    task = asyncio.create_task(_watch(spoken))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(spoken: Spoken) -> None:
    while True:
        clock, work = time.monotonic(), time.thread_time()
        await asyncio.sleep(_TICK)
        spoken.longest_pause = max(spoken.longest_pause, time.monotonic() - clock - _TICK)
        spoken.longest_work = max(spoken.longest_work, time.thread_time() - work)


def swallowing_device(folder: Path) -> Path:
    """Write an ALSA configuration whose default device takes everything at once; return it."""
    configuration = folder / "alsa.conf"
    configuration.write_text("pcm.!default { type plug slave.pcm { type null } }\n")
    return configuration


def main() -> None:
    """Print what was measured, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALSA_CONFIG_PATH"] = str(swallowing_device(Path(folder)))
        print(json.dumps(asdict(asyncio.run(speak(THREE_HUNDRED_CHARACTERS)))))


if __name__ == "__main__":
    main()
