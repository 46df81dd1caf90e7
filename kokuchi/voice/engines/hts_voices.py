"""The voices of Open JTalk: where they are, how fast and how loud they are by themselves.

Pace, measured in November 2026 with pyopenjtalk-plus 0.4.1.post10 over ten sentences of town announcements, commas and
margins included as kokuchi.voice.pauses leaves them, in morae per second at a speed of the engine:

    speed                     0.40   0.45   0.50   0.55   0.60   0.70   0.85   1.00
    mei_normal                       4.50   4.77   5.02          5.65          6.66
    nitech_jp_atr503_m001     4.77   4.94   5.19          5.55   5.87   6.14   6.64

The pitch of mei_normal is about 370 Hz, that of m001 120 Hz.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.errors import EngineError
from kokuchi.voice.settings import VoiceName


@dataclass(frozen=True)
class HtsVoice:
    """One voice. `file` None is the one inside pyopenjtalk; `paces` are pairs of measured pace and engine's speed.

    `gain` brings its loudness roughly to what it should be; kokuchi.voice.loudness does the rest.
    """

    name: str
    file: Path | None
    paces: tuple[tuple[float, float], ...]
    gain: float

    @property
    def is_installed(self) -> bool:
        """Whether its file is there."""
        return self.file is None or self.file.is_file()

    def speed(self, pace: float) -> float:
        """Return the engine's speed for a pace in morae per second, by straight lines between what was measured."""
        right = min(max(1, bisect_left(self.paces, (pace, 0.0))), len(self.paces) - 1)
        (low_pace, low_speed), (high_pace, high_speed) = self.paces[right - 1 : right + 1]
        share = min(1.0, max(0.0, (pace - low_pace) / (high_pace - low_pace)))
        return low_speed + share * (high_speed - low_speed)


HTS_VOICES = {
    VoiceName.NORMAL: HtsVoice(
        "mei_normal",
        None,
        # Below a speed of 0.5 its vowels are drawn out of shape.
        ((4.77, 0.50), (5.02, 0.55), (5.65, 0.70), (6.66, 1.00)),
        gain=1.1,
    ),
    VoiceName.LOW: HtsVoice(
        "nitech_jp_atr503_m001",
        Path("/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice"),
        ((4.77, 0.40), (4.94, 0.45), (5.19, 0.50), (5.55, 0.60), (5.87, 0.70), (6.14, 0.85), (6.64, 1.00)),
        gain=2.3,
    ),
}


@cache
def hts_engine(name: VoiceName) -> Any:
    """Return the engine that has loaded a voice, or raise EngineError where it cannot."""
    voice = HTS_VOICES[name]
    library = open_jtalk()
    path = library.DEFAULT_HTS_VOICE if voice.file is None else str(voice.file).encode()
    try:
        return library.HTSEngine(path)
    except RuntimeError as error:
        raise EngineError(f"the voice {voice.name} cannot be loaded: {error}") from error
