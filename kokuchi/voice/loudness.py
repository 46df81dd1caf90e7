"""Every sentence at the same loudness, and no sample too large. For the worker process: it needs numpy.

Loudness is that of ITU-R BS.1770-4, in LUFS, for one channel of 48,000 samples per second. Left as the engines make
them, single sentences lay up to 5 LU apart: a short 「繰り返します。」 is softer than an alert's body.
"""

from functools import cache

import numpy
from numpy.typing import NDArray

from kokuchi.voice.sound import RATE, Sound

TARGET = -17.0
"""LUFS of each sentence, and of each chime (sounds/make_chimes.py)."""

CEILING = 29_000.0
"""The largest sample, about -1 dBFS, so that the device's own converter has room between the samples."""

Samples = NDArray[numpy.float64]

_FULL_SCALE = 32_768.0
_STEP = RATE // 10
"""A block of the measure is 0.4 s, four steps, and begins at each step."""

_SILENCE, _RELATIVE_GATE = -70.0, -10.0
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""The two filters of the K-weighting at 48,000 samples per second, as BS.1770-4 tabulates them."""

_LIMITER_STEP = 48
_LIMITER_REACH = 10
"""The limiter turns the sound down 10 ms before a peak and up again as slowly, so that one does not hear it work."""

_PASSES = 3


def levelled(sound: Sound, target: float = TARGET) -> Sound:
    """Return a sound of RATE at a loudness in LUFS, its peaks limited; a silence stays as it is."""
    samples = numpy.frombuffer(sound.pcm, "<i2").astype(float)
    result = samples
    gain = 0.0
    # What the limiter takes from the peaks is given back to the whole.
    for _ in range(_PASSES):
        loudness = loudness_of(result)
        if loudness <= _SILENCE:
            return sound
        gain += target - loudness
        result = limited(samples * 10 ** (gain / 20))
    return Sound(result.round().astype("<i2").tobytes(), sound.rate)


def loudness_of(samples: Samples) -> float:
    """Return the integrated loudness in LUFS of 16-bit samples, or -70 for silence."""
    steps = max(4, -(-len(samples) // _STEP))
    padded = numpy.zeros(steps * _STEP)
    padded[: len(samples)] = samples / _FULL_SCALE
    spectrum = numpy.abs(numpy.fft.rfft(padded.reshape(steps, _STEP))) ** 2
    power_of_steps = 2 * (spectrum @ _weights()) / _STEP**2
    power = numpy.convolve(power_of_steps, numpy.full(4, 0.25), "valid")
    audible = power[_lufs(power) > _SILENCE]
    if not len(audible):
        return _SILENCE
    gated = audible[_lufs(audible) > _lufs(audible.mean()) + _RELATIVE_GATE]
    return float(_lufs(gated.mean()))


def limited(samples: Samples) -> Samples:
    """Return samples none of which is above CEILING; what surrounds a peak is turned down with it."""
    steps = -(-len(samples) // _LIMITER_STEP)
    padded = numpy.zeros(steps * _LIMITER_STEP)
    padded[: len(samples)] = numpy.abs(samples)
    peaks = padded.reshape(steps, _LIMITER_STEP).max(axis=1, initial=0)
    if peaks.max(initial=0) <= CEILING:
        return samples
    needed = numpy.minimum(1.0, CEILING / numpy.maximum(peaks, 1.0))
    # The lowest gain needed up to 11 steps away, then the mean of 10: so that at a peak it is still low enough.
    reach = _LIMITER_REACH
    held = _windows(needed, reach + 1).min(axis=1)
    gain = _windows(held, reach).mean(axis=1)
    centres = (numpy.arange(steps) + 0.5) * _LIMITER_STEP
    turned_down: Samples = samples * numpy.interp(numpy.arange(len(samples)), centres, gain)
    return turned_down.clip(-CEILING, CEILING)


def _windows(values: Samples, reach: int) -> Samples:
    return numpy.lib.stride_tricks.sliding_window_view(numpy.pad(values, reach, mode="edge"), 2 * reach + 1)


def _lufs(power: Samples) -> Samples:
    lufs: Samples = -0.691 + 10 * numpy.log10(numpy.maximum(power, 1e-12))
    return lufs


@cache
def _weights() -> Samples:
    """Return the K-weighting's power gain at each frequency of a step's spectrum."""
    z = numpy.exp(-2j * numpy.pi * numpy.fft.rfftfreq(_STEP))
    weights = numpy.ones(len(z))
    for above, below in (_SHELF, _HIGH_PASS):
        weights *= numpy.abs(numpy.polyval(above[::-1], z) / numpy.polyval(below[::-1], z)) ** 2
    return weights
