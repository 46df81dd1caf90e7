"""How loud a sound is by a measure that is not the voice's own."""

import numpy

from kokuchi.voice import Sound
from kokuchi.voice.sound import RATE


def lufs(sound: Sound) -> float:
    """Return its integrated loudness by pyloudnorm."""
    import pyloudnorm  # with SciPy: two seconds, for every process that only collects the tests

    return float(pyloudnorm.Meter(RATE).integrated_loudness(numpy.frombuffer(sound.pcm, "<i2") / 32_768))
