"""Make the chimes beside this file. Needs what `make test` installs: `.venv/bin/python sounds/make_chimes.py`.

Every tone is our own: bells in equal temperament and a beeping attention tone. None imitates J-ALERT's siren or the
chime of the earthquake early warning. All are brought to the loudness of the voice, not to a common peak: an attention
tone of the same peak as a bell is several times as loud.
"""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy
import pyloudnorm
from numpy.typing import NDArray
from scipy.signal import resample_poly  # type: ignore[import-untyped]

Samples = NDArray[numpy.float64]

RATE = 48_000
LOUDNESS = -17.0
TRUE_PEAK = -1.0

A4, C5, D5, E5, G5, A5, C6 = 440.0, 523.25, 587.33, 659.26, 783.99, 880.0, 1046.5


def bell(frequency: float, seconds: float, softness: float) -> Samples:
    """Return a struck tone that dies away; a higher `softness` has fewer overtones and a slower stroke."""
    time = numpy.arange(round(seconds * RATE)) / RATE
    tone = numpy.zeros_like(time)
    for overtone, strength in ((1, 1.0), (2, 0.35), (3, 0.16), (4.2, 0.08)):
        decay = numpy.exp(-time * (1.6 + 1.4 * overtone))
        tone += strength / softness ** (overtone - 1) * decay * numpy.sin(2 * numpy.pi * overtone * frequency * time)
    return faded(tone, 0.004 * softness, 0.15)


def beep(frequencies: tuple[float, ...], seconds: float) -> Samples:
    """Return a steady sound of several tones."""
    time = numpy.arange(round(seconds * RATE)) / RATE
    parts = [
        numpy.sin(2 * numpy.pi * tone * time) + 0.2 * numpy.sin(6 * numpy.pi * tone * time) for tone in frequencies
    ]
    return faded(numpy.sum(parts, axis=0), 0.006, 0.012)


def faded(sound: Samples, rise: float, fall: float) -> Samples:
    """Return the sound with its ends rounded, so that they do not click."""
    faded_sound = sound.copy()
    up, down = round(rise * RATE), round(fall * RATE)
    faded_sound[:up] *= (1 - numpy.cos(numpy.linspace(0, numpy.pi, up))) / 2
    faded_sound[-down:] *= (1 + numpy.cos(numpy.linspace(0, numpy.pi, down))) / 2
    return faded_sound


def sequence(sounds: list[Samples], every: float) -> Samples:
    """Return sounds that begin one after another, each ringing into the next."""
    starts = [round(index * every * RATE) for index in range(len(sounds))]
    mixed = numpy.zeros(max(start + len(sound) for start, sound in zip(starts, sounds, strict=True)))
    for start, sound in zip(starts, sounds, strict=True):
        mixed[start : start + len(sound)] += sound
    return mixed


def bells(frequencies: tuple[float, ...], every: float, softness: float) -> Samples:
    """Return a tune of bells, of which the last rings longest."""
    lengths = [every + 0.35] * (len(frequencies) - 1) + [1.1]
    return sequence(
        [bell(frequency, length, softness) for frequency, length in zip(frequencies, lengths, strict=True)], every
    )


def attention() -> Samples:
    """Return three groups of four short beeps."""
    group = sequence([beep((988.0, 1480.0), 0.11)] * 4, 0.16)
    return sequence([group] * 3, 0.9)


def levelled(sound: Samples) -> Samples:
    """Return the sound at the loudness of the voice; fail if its true peak were too high."""
    meter = pyloudnorm.Meter(RATE)
    levelled_sound: Samples = sound * 10 ** ((LOUDNESS - meter.integrated_loudness(sound)) / 20)
    peak = 20 * numpy.log10(numpy.abs(resample_poly(levelled_sound, 4, 1)).max())
    if peak > TRUE_PEAK:
        raise ValueError(f"the true peak is {peak:.1f} dBFS, above {TRUE_PEAK}: make the tone steadier")
    return levelled_sound


CHIMES: dict[str, Callable[[], Samples]] = {
    "emergency-opening": attention,
    "emergency-closing": lambda: bells((A5, E5, A4), 0.4, 1.2),
    "important-opening": lambda: bells((C5, E5, G5, C6), 0.45, 1.4),
    "important-closing": lambda: bells((C6, G5, E5, C5), 0.45, 1.4),
    "notice-opening": lambda: bells((D5, A5), 0.45, 2.5),
    "notice-closing": lambda: bells((A5, D5), 0.45, 2.5),
}


def main() -> None:
    """Write all chimes, and say how they came out."""
    for name, make in CHIMES.items():
        samples = (levelled(make()) * 32_767).round().astype("<i2")
        with wave.open(str(Path(__file__).with_name(f"{name}.wav")), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())
        peak = 20 * numpy.log10(numpy.abs(samples.astype(float)).max() / 32_768)
        print(f"{name}: {len(samples) / RATE:.2f} s, peak {peak:.1f} dBFS")


if __name__ == "__main__":
    main()
