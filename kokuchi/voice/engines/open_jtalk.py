"""Open JTalk as a driver of pyttsx3, and the voice that uses it.

Pace, measured in November 2026 with pyopenjtalk-plus 0.4.1.post10 and its voice `mei_normal` over ten sentences of town
announcements, 321 morae, commas and margins included as kokuchi.voice.pauses leaves them:

    speed              0.50   0.55   0.58   0.70   0.85   1.00
    morae per second   4.73   5.02   5.18   5.75   6.37   6.97

At 0.55 single sentences lay between 4.80 and 5.30, and the loudness of all was -17.2 LUFS.
"""

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyttsx3

from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.engines.rendering import rendered
from kokuchi.voice.errors import EngineError
from kokuchi.voice.pauses import tidied
from kokuchi.voice.sound import Sound

NAME = "open_jtalk"
_REGISTERED_AS = f"pyttsx3.drivers.{NAME}"
_VOICE = "mei_normal"

_GAIN = 1.12
_KNEE = 26_000.0
_CEILING = 32_000.0


def speed_of(pace: float) -> float:
    """Return the Open JTalk speed for a pace in morae per second; below 0.5 vowels are drawn out of shape."""
    return max(0.5, 0.55 + (pace - 5.0) / 4.5)


class OpenJTalkVoice:
    """Says Japanese with kanji. Raises EngineError where Open JTalk cannot run."""

    name = NAME

    def __init__(self, pace: float, half_tone: float) -> None:
        open_jtalk()
        sys.modules[_REGISTERED_AS] = sys.modules[__name__]
        self._engine = pyttsx3.init(NAME)
        self._engine.setProperty("rate", pace * 60)
        self._engine.setProperty("pitch", half_tone)

    def use(self, frontend: Any) -> None:
        """Read with this instance of OpenJTalk, and its dictionary, from now on."""
        self._engine.setProperty("frontend", frontend)

    def speak(self, text: str) -> Sound:
        """Return the sound of a normalised text, or raise EngineError."""
        return tidied(rendered(self._engine, text))


class OpenJTalkDriver:
    """What pyttsx3 asks of a driver. It renders to files only: a terminal's speaker is not its business.

    Properties: `rate` in morae per minute, as pyttsx3 counts words per minute (300 is 5 a second); `pitch` in half
    tones; `volume` from 0.0 to 1.0; `voice` and `voices`, of which there is one; `frontend`, an instance of OpenJTalk
    with its dictionary, None for the library's own.
    """

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._properties: dict[str, Any] = {
            "rate": 300.0,
            "pitch": 0.0,
            "volume": 1.0,
            "voice": _VOICE,
            "frontend": None,
        }

    def destroy(self) -> None:
        """Release nothing: the library keeps its own state."""

    def startLoop(self) -> None:  # noqa: N802 - pyttsx3 calls it so
        """Run what is queued; every command ends before it returns."""
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802 - pyttsx3 calls it so
        """Nothing is left to be ended."""

    def iterate(self) -> Iterator[None]:
        """Run what is queued, from somebody else's loop."""
        while True:
            self._proxy.setBusy(False)
            yield

    def stop(self) -> None:
        """Nothing sounds that could be stopped."""

    def say(self, _text: str) -> None:
        """Refuse, rather than report as spoken what no speaker has played."""
        raise EngineError("this driver renders to files only; use save_to_file")

    def save_to_file(self, text: str, filename: str | BinaryIO) -> None:
        """Write a WAV file of the text to a path, or to a binary file that is open."""
        self._proxy.notify("started-utterance")
        wav = self.render(text).to_wav()
        if isinstance(filename, str):
            with open(filename, "wb") as file:  # noqa: PTH123 - a path as pyttsx3 passes it
                file.write(wav)
        else:
            filename.write(wav)
        self._proxy.notify("finished-utterance", completed=True)

    def getProperty(self, name: str) -> Any:  # noqa: N802 - pyttsx3 calls it so
        """Return a property, or raise KeyError."""
        return [_VOICE] if name == "voices" else self._properties[name]

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802 - pyttsx3 calls it so
        """Set a property, or raise KeyError."""
        if name not in self._properties:
            raise KeyError(f"unknown property {name}")
        self._properties[name] = value

    def render(self, text: str) -> Sound:
        """Return the sound of a text with the properties as they are."""
        waveform, rate = open_jtalk().tts(
            text,
            speed=speed_of(self._properties["rate"] / 60),
            half_tone=self._properties["pitch"],
            use_sudachi_kanji_yomi=False,
            predict_nani=False,
            jtalk=self._properties["frontend"],
        )
        return Sound(_limited(waveform * (_GAIN * self._properties["volume"])), rate)


def _limited(waveform: Any) -> bytes:
    """Return 16-bit samples; what lies above the knee is pressed below the ceiling, so that nothing wraps round."""
    import numpy

    size = numpy.abs(waveform)
    room = _CEILING - _KNEE
    pressed = _KNEE + room * numpy.tanh((size - _KNEE) / room)
    limited = numpy.where(size > _KNEE, numpy.copysign(pressed, waveform), waveform)
    samples: bytes = limited.round().astype("<i2").tobytes()
    return samples


def buildDriver(proxy: Any) -> OpenJTalkDriver:  # noqa: N802 - pyttsx3 calls it so
    """Return the driver, for pyttsx3."""
    return OpenJTalkDriver(proxy)
