"""The pitch of a voice, by autocorrelation. For tests and benchmarks."""

import numpy

from kokuchi.voice.loudness import Samples
from kokuchi.voice.sound import RATE

_WINDOW, _HOP = RATE // 25, RATE // 100
_LOWEST, _HIGHEST = 60, 500
_AUDIBLE, _PERIODIC = 1000, 0.6


def pitch_of(samples: Samples) -> float:
    """Return the median pitch in hertz of what is voiced."""
    pitches = []
    taper = numpy.hanning(_WINDOW)
    # A tapered window is less like itself the more it is shifted; without this, low pitches would come out too high.
    own_likeness = numpy.fft.irfft(numpy.abs(numpy.fft.rfft(taper, 4 * _WINDOW)) ** 2)
    for start in range(0, len(samples) - _WINDOW, _HOP):
        window = samples[start : start + _WINDOW]
        if numpy.sqrt((window**2).mean()) < _AUDIBLE:
            continue
        spectrum = numpy.fft.rfft((window - window.mean()) * taper, 4 * _WINDOW)
        likeness = numpy.fft.irfft(numpy.abs(spectrum) ** 2)[: _WINDOW // 2] / own_likeness[: _WINDOW // 2]
        shortest, longest = RATE // _HIGHEST, RATE // _LOWEST
        period = shortest + likeness[shortest:longest].argmax()
        if likeness[period] > _PERIODIC * likeness[0]:
            pitches.append(RATE / period)
    return float(numpy.median(pitches))
