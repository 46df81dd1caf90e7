"""Open JTalk as a driver of pyttsx3, and the voice that uses it."""

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyttsx3

from kokuchi.voice.engines.hts_voices import HTS_VOICES, hts_engine
from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.engines.rendering import rendered
from kokuchi.voice.errors import EngineError
from kokuchi.voice.loudness import limited
from kokuchi.voice.pauses import tidied
from kokuchi.voice.settings import VoiceName
from kokuchi.voice.sound import Sound

NAME = "open_jtalk"
_REGISTERED_AS = f"pyttsx3.drivers.{NAME}"


class OpenJTalkVoice:
    """Says Japanese with kanji. Raises EngineError where Open JTalk cannot run."""

    name = NAME

    def __init__(self, pace: float, voice: VoiceName = VoiceName.NORMAL) -> None:
        hts_engine(voice)
        sys.modules[_REGISTERED_AS] = sys.modules[__name__]
        self._engine = pyttsx3.init(NAME)
        self._engine.setProperty("rate", pace * 60)
        self._engine.setProperty("voice", voice)

    def use(self, frontend: Any, pace: float) -> None:
        """Read with this instance of OpenJTalk, and its dictionary, and at this pace from now on."""
        self._engine.setProperty("frontend", frontend)
        self._engine.setProperty("rate", pace * 60)

    def speak(self, text: str) -> Sound:
        """Return the sound of a normalised text, or raise EngineError."""
        return tidied(rendered(self._engine, text))


class OpenJTalkDriver:
    """What pyttsx3 asks of a driver. It renders to files only: a terminal's speaker is not its business.

    Properties: `rate` in morae per minute, as pyttsx3 counts words per minute (300 is 5 a second); `pitch` in half
    tones from the voice's own; `volume` from 0.0 to 1.0; `voice`, one of `voices`; `frontend`, an instance of OpenJTalk
    with its dictionary, None for the library's own.
    """

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._properties: dict[str, Any] = {
            "rate": 300.0,
            "pitch": 0.0,
            "volume": 1.0,
            "voice": VoiceName.NORMAL,
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
        return list(VoiceName) if name == "voices" else self._properties[name]

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802 - pyttsx3 calls it so
        """Set a property, or raise KeyError."""
        if name not in self._properties:
            raise KeyError(f"unknown property {name}")
        self._properties[name] = value

    def render(self, text: str) -> Sound:
        """Return the sound of a text with the properties as they are."""
        name = VoiceName(self._properties["voice"])
        voice, engine = HTS_VOICES[name], hts_engine(name)
        labels = open_jtalk().extract_fullcontext(
            text, use_sudachi_kanji_yomi=False, predict_nani=False, jtalk=self._properties["frontend"]
        )
        # The engine forgets both after each text.
        engine.set_speed(voice.speed(self._properties["rate"] / 60))
        engine.add_half_tone(self._properties["pitch"])
        samples = limited(engine.synthesize(labels) * (voice.gain * self._properties["volume"]))
        return Sound(samples.round().astype("<i2").tobytes(), engine.get_sampling_frequency())


def buildDriver(proxy: Any) -> OpenJTalkDriver:  # noqa: N802 - pyttsx3 calls it so
    """Return the driver, for pyttsx3."""
    return OpenJTalkDriver(proxy)
