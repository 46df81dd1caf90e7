"""espeak-ng through the stock driver of pyttsx3: the second languages, and kana where Open JTalk cannot run.

That driver prints, keeps only the last of two texts, cannot be interrupted and may hang, so each phrase has a process
of its own, with a time limit: `python -m kokuchi.voice.engines.espeak VOICE RATE` reads text and writes a WAV file.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from kokuchi.voice.duration import PACE, morae
from kokuchi.voice.engines.rendering import rendered
from kokuchi.voice.errors import EngineError, SoundError
from kokuchi.voice.foreign import syllables
from kokuchi.voice.languages import JAPANESE
from kokuchi.voice.pauses import tidied
from kokuchi.voice.sound import RATE, Sound

NAME = "espeak"
_TIMEOUT = 10.0

_ATTEMPTS = 3
_HASTE = 1.5
"""A sound that is so many times too short was broken off: on a busy machine the driver loses one in a hundred or so."""


@dataclass(frozen=True)
class _Tuning:
    """How espeak-ng speaks a language when Japanese comes at PACE: `pace` counts what `count` counts, a second."""

    voice: str
    rate: int
    pace: float
    count: Callable[[str], int] = syllables


_TUNINGS = {
    JAPANESE: _Tuning("ja", 114, PACE, morae),
    "en": _Tuning("en-us", 112, 2.9),
    # The voice `cmn` of espeak-ng 1.51 spells many characters in English: 这 becomes "zhe" as in "measure".
    "zh-Hans": _Tuning("cmn-latn-pinyin", 155, 2.9),
    "vi": _Tuning("vi", 120, 3.0),
    "ko": _Tuning("ko", 122, 3.7),
}
"""Measured in November 2026 with espeak-ng 1.51 over four sentences each: English 2.95 syllables a second (137 words a
minute), Chinese 3.00 characters, Vietnamese 3.00 and Korean 3.73 syllables.
"""


class EspeakVoice:
    """Says katakana, or a text in another language of kokuchi.voice.languages: intelligibly rather than well.

    `pace` is in morae per second; other languages come faster or slower in proportion. (Measured kana error rate: 0.40,
    Open JTalk's 0.07.)
    """

    name = NAME

    def __init__(self, pace: float, language: str = JAPANESE) -> None:
        self._tuning = _TUNINGS[language]
        self._pace = self._tuning.pace * pace / PACE
        self._rate = round(self._tuning.rate * pace / PACE)

    def speak(self, text: str) -> Sound:
        """Return the sound of kana, or of a text in the voice's language, or raise EngineError."""
        shortest = self._tuning.count(text) / (_HASTE * self._pace)
        for _ in range(_ATTEMPTS):
            sound = self._spoken_once(text) if shortest else Sound(b"")
            if sound.duration >= shortest:
                return sound
        raise EngineError(f"espeak-ng broke off {text:.40} {_ATTEMPTS} times")

    def _spoken_once(self, text: str) -> Sound:
        command = [sys.executable, "-m", "kokuchi.voice.engines.espeak", self._tuning.voice, str(self._rate)]
        try:
            done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_TIMEOUT, check=True)  # noqa: S603 - our own module
            return tidied(Sound.from_wav(done.stdout)).resampled(RATE)
        except subprocess.TimeoutExpired:
            return Sound(b"")
        except subprocess.CalledProcessError as error:
            raise EngineError(f"espeak-ng cannot run: {_last_line(error.stderr)}") from error
        except SoundError as error:
            raise EngineError(f"espeak-ng made no sound: {error}") from error


def _last_line(output: bytes) -> str:
    return (output.decode(errors="replace").strip().splitlines() or ["it ended without a word"])[-1]


def _main() -> None:
    import pyttsx3

    answer = os.dup(1)
    os.dup2(2, 1)  # the driver prints
    engine = pyttsx3.init(NAME)
    engine.setProperty("voice", sys.argv[1])
    # As a property, the rate is set in a thread of espeak-ng, now and then after the synthesis has begun at 200. Within
    # the text it cannot come too late: "\x01155S" (speak_lib.h, embedded commands).
    text = f"\x01{sys.argv[2]}S {sys.stdin.buffer.read().decode()}"
    wav = rendered(engine, text).to_wav()
    with os.fdopen(answer, "wb") as file:
        file.write(wav)
    os._exit(0)  # espeak-ng may abort in its own clean-up


if __name__ == "__main__":
    _main()
