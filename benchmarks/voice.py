"""`make bench-voice`: readings, speed, memory and loudness of the voice, each with the bound that it must keep.

Exit code 0 when everything is within its bound, else 1. With JSON=1 in the environment the last line is a JSON object.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from benchmarks.levels import HIGHEST_PEAK, TARGET, TOLERANCE, Level, level_of, levels_of_chimes
from benchmarks.lines import Line
from benchmarks.readings import Readings, readings
from benchmarks.speaking import SOUNDS, Spoken
from benchmarks.text import TEN_SENTENCES
from kokuchi.voice import Voice, VoiceName, VoiceSettings
from kokuchi.voice.engines.hts_voices import HTS_VOICES


def lines_of(spoken: Spoken, read: Readings) -> list[Line]:
    """Return what must be small, with its bounds: the issue's where it names one, else twice what is known."""
    return [
        Line(f"readings wrong, of {read.lines}", len(read.wrong), 0, ""),
        Line("real-time factor", spoken.real_time_factor, 0.5, ""),
        Line("first sound, warm", spoken.first_sound_warm, 0.5, "s"),
        Line("first sound, worker not started", spoken.first_sound_cold, 5.0, "s"),
        Line("the event loop's longest work at one time", spoken.longest_work * 1000, 50, "ms"),
        Line("peak memory, terminal and worker", spoken.terminal_memory + spoken.worker_memory, 250, "MiB"),
    ]


def spoken_by_a_terminal() -> Spoken:
    """Let a process like a terminal's speak 300 characters."""
    command = [sys.executable, "-m", "benchmarks.speaking"]
    return Spoken(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))  # noqa: S603 - ours


async def levels_of_sentences() -> list[Level]:
    """Return the level of ten sentences in each voice that is installed."""
    levels = []
    for name in (name for name in VoiceName if HTS_VOICES[name].is_installed):
        voice = Voice(VoiceSettings(voice=name))
        try:
            levels += [level_of(f"{name}: {text}", await voice.speak(text)) for text in TEN_SENTENCES]
        finally:
            await voice.close()
    return levels


def show(lines: list[Line], spoken: Spoken, read: Readings, levels: list[Level]) -> None:
    """Print it for a person."""
    print(f"{'measure':<44} {'value':>9}  at most")
    for line in lines:
        mark = "" if line.is_good else "   OUT OF BOUND"
        print(f"{line.name:<44} {line.value:9.3f}  {line.bound:g} {line.unit}{mark}")
    print(f"{'   of which the worker':<44} {spoken.worker_memory:9.3f}  MiB")
    print(f"{'   the loop, as the clock saw it':<44} {spoken.longest_pause * 1000:9.3f}  ms; more on a busy machine")
    for sentence in read.wrong:
        print(f"   {sentence}")
    print(f"\n{'LUFS':>6} {'peak':>6}   {TARGET:g} ± {TOLERANCE:g} LUFS, at most {HIGHEST_PEAK:g} dB")
    for level in levels:
        mark = "" if level.is_good else "   OUT OF BOUND"
        print(f"{level.loudness:6.1f} {level.peak:6.1f}   {level.name}{mark}")


def main() -> int:
    """Measure, print, and tell whether all is well."""
    spoken, read = spoken_by_a_terminal(), readings()
    levels = [*levels_of_chimes(SOUNDS), *asyncio.run(levels_of_sentences())]
    lines = lines_of(spoken, read)
    is_good = all(line.is_good for line in lines) and all(level.is_good for level in levels)
    show(lines, spoken, read, levels)
    if os.environ.get("JSON"):
        result: dict[str, Any] = {
            "good": is_good,
            "readings": {"lines": read.lines, "right": read.lines - len(read.wrong), "wrong": read.wrong},
            "speaking": asdict(spoken),
            "levels": [asdict(level) for level in levels],
        }
        print(json.dumps(result, ensure_ascii=False))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
