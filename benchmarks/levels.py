"""How loud sounds are, and how large their largest sample, by pyloudnorm: not by the measure that levels the voice."""

from dataclasses import dataclass
from pathlib import Path

import numpy
import pyloudnorm

from kokuchi.voice import Sound

TARGET, TOLERANCE = -17.0, 1.0
HIGHEST_PEAK = -1.0


@dataclass(frozen=True)
class Level:
    """The loudness of a sound in LUFS, its peak in dB below the largest possible sample."""

    name: str
    loudness: float
    peak: float

    @property
    def is_good(self) -> bool:
        """Whether it is as loud as everything else, and has room above its peaks."""
        return abs(self.loudness - TARGET) <= TOLERANCE and self.peak <= HIGHEST_PEAK


def level_of(name: str, sound: Sound) -> Level:
    """Return the level of a sound of at least 0.4 s."""
    samples = numpy.frombuffer(sound.pcm, "<i2") / 32_768
    loudness = float(pyloudnorm.Meter(sound.rate).integrated_loudness(samples))
    return Level(name, loudness, 20 * float(numpy.log10(numpy.abs(samples).max())))


def levels_of_chimes(folder: Path) -> list[Level]:
    """Return the level of each WAV file in a folder."""
    return [level_of(path.name, Sound.from_wav(path.read_bytes())) for path in sorted(folder.glob("*.wav"))]
