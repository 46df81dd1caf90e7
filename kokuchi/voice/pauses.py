"""The silences that an engine puts around and inside a phrase, brought to the length that listeners need."""

from array import array
from itertools import pairwise

from kokuchi.voice.sound import Sound

LONGEST_PAUSE = 0.6
"""Seconds at a comma at most. Open JTalk stretches its pauses with the speech, to about a second at our pace."""

MARGIN = 0.1
"""Seconds left before and after the phrase, so that a weak first consonant or a fading last vowel is not cut."""

_FRAME = 0.01
_LOUDNESS_FLOOR = 300


def tidied(sound: Sound) -> Sound:
    """Return the sound with short margins and with no pause longer than LONGEST_PAUSE; empty if nothing is audible."""
    samples = array("h", sound.pcm)
    frame = round(_FRAME * sound.rate)
    audible = [
        max(max(part), -min(part)) > _LOUDNESS_FLOOR
        for part in (samples[start : start + frame] for start in range(0, len(samples), frame))
    ]
    if True not in audible:
        return Sound(b"", sound.rate)
    margin = round(MARGIN / _FRAME)
    half_pause = round(LONGEST_PAUSE / _FRAME / 2)
    loud = [index for index, is_audible in enumerate(audible) if is_audible]
    kept = array("h")
    start = max(0, loud[0] - margin)
    for left, right in pairwise(loud):
        if right - left - 1 > 2 * half_pause:
            kept.extend(samples[start * frame : (left + 1 + half_pause) * frame])
            start = right - half_pause
    kept.extend(samples[start * frame : (loud[-1] + 1 + margin) * frame])
    return Sound(kept.tobytes(), sound.rate)
