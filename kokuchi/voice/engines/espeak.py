"""The fallback: the stock espeak driver of pyttsx3, fed with kana.

That driver prints, keeps only the last of two texts, cannot be interrupted and may hang, so each phrase has a process
of its own, with a time limit: `python -m kokuchi.voice.engines.espeak RATE` reads kana and writes a WAV file.
"""

import os
import subprocess
import sys
from array import array

from kokuchi.voice.duration import morae
from kokuchi.voice.engines.rendering import rendered
from kokuchi.voice.errors import EngineError, SoundError
from kokuchi.voice.pauses import tidied
from kokuchi.voice.sound import RATE, Sound

NAME = "espeak"
_TIMEOUT = 10.0

_RATE_PER_MORA = 22.8
"""Measured with espeak-ng 1.51, voice `ja`: at rate 114 four town sentences came out at 5.02 morae a second."""

_GAIN = 1.2

_ATTEMPTS = 3
_HASTE = 1.5
"""A sound that is so many times too short was broken off: on a busy machine the driver loses about one in a hundred."""


class EspeakVoice:
    """Says katakana, intelligibly rather than well (measured kana error rate 0.40, Open JTalk's 0.07)."""

    name = NAME

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._rate = round(pace * _RATE_PER_MORA)

    def speak(self, kana: str) -> Sound:
        """Return the sound of kana, or raise EngineError."""
        shortest = morae(kana) / (_HASTE * self._pace)
        for _ in range(_ATTEMPTS):
            sound = self._spoken_once(kana) if shortest else Sound(b"")
            if sound.duration >= shortest:
                return sound
        raise EngineError(f"espeak-ng broke off {kana:.40} {_ATTEMPTS} times")

    def _spoken_once(self, kana: str) -> Sound:
        command = [sys.executable, "-m", "kokuchi.voice.engines.espeak", str(self._rate)]
        try:
            done = subprocess.run(command, input=kana.encode(), capture_output=True, timeout=_TIMEOUT, check=True)  # noqa: S603 - our own module
            return tidied(_louder(Sound.from_wav(done.stdout))).resampled(RATE)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"espeak-ng did not finish within {_TIMEOUT:.0f} s") from error
        except subprocess.CalledProcessError as error:
            raise EngineError(f"espeak-ng cannot run: {_last_line(error.stderr)}") from error
        except SoundError as error:
            raise EngineError(f"espeak-ng made no sound: {error}") from error


def _louder(sound: Sound) -> Sound:
    """Bring it to the loudness of Open JTalk's voice."""
    samples = array("h", (max(-32_000, min(32_000, round(sample * _GAIN))) for sample in array("h", sound.pcm)))
    return Sound(samples.tobytes(), sound.rate)


def _last_line(output: bytes) -> str:
    return (output.decode(errors="replace").strip().splitlines() or ["it ended without a word"])[-1]


def _main() -> None:
    import pyttsx3
    from pyttsx3.drivers._espeak import Synchronize

    answer = os.dup(1)
    os.dup2(2, 1)  # the driver prints
    engine = pyttsx3.init(NAME)
    engine.setProperty("voice", "ja")
    engine.setProperty("rate", int(sys.argv[1]))
    engine.runAndWait()
    Synchronize()  # espeak-ng sets its rate in a thread, which else may come after the synthesis has begun
    wav = rendered(engine, sys.stdin.buffer.read().decode()).to_wav()
    with os.fdopen(answer, "wb") as file:
        file.write(wav)
    os._exit(0)  # espeak-ng may abort in its own clean-up


if __name__ == "__main__":
    _main()
