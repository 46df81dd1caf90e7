"""Sound as both ends hold it: one channel of 16-bit samples."""

import io
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kokuchi.voice.errors import SoundError

RATE = 48_000
"""Samples per second of everything that Voice and Chimes give out; Open JTalk's own rate."""

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True)
class Sound:
    """Signed 16-bit little-endian samples of one channel, `rate` of them per second."""

    pcm: bytes
    rate: int = RATE

    @property
    def duration(self) -> float:
        """How long it plays, in seconds."""
        return len(self.pcm) / BYTES_PER_SAMPLE / self.rate

    @classmethod
    def from_wav(cls, data: bytes) -> Self:
        """Read a WAV file of one channel and 16 bits, or raise SoundError."""
        try:
            with wave.open(io.BytesIO(data), "rb") as file:
                if file.getnchannels() != 1 or file.getsampwidth() != BYTES_PER_SAMPLE:
                    raise SoundError("the WAV file must have one channel and 16 bits")
                return cls(file.readframes(file.getnframes()), file.getframerate())
        except (wave.Error, EOFError) as error:
            raise SoundError(f"the data is no WAV file: {error or 'it ends too early'}") from error

    def to_wav(self) -> bytes:
        """Return it as a WAV file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(BYTES_PER_SAMPLE)
            writer.setframerate(self.rate)
            writer.writeframes(self.pcm)
        return file.getvalue()

    def resampled(self, rate: int) -> "Sound":
        """Return it with another number of samples per second, drawn by straight lines.

        That is good enough for the fallback voice, whose own rate is 22,050, and needs no numpy.
        """
        if rate == self.rate or not self.pcm:
            return Sound(self.pcm, rate)
        samples = array("h", self.pcm)
        samples.append(samples[-1])
        step = self.rate / rate
        result = array("h")
        for index in range(int((len(samples) - 1) / step)):
            place = index * step
            left = int(place)
            result.append(round(samples[left] + (samples[left + 1] - samples[left]) * (place - left)))
        return Sound(result.tobytes(), rate)


def silence(seconds: float, rate: int = RATE) -> Sound:
    """Make a silence."""
    return Sound(bytes(BYTES_PER_SAMPLE * round(seconds * rate)), rate)


def join(sounds: Iterable[Sound]) -> Sound:
    """Put sounds of one rate one after the other, or raise SoundError. No sounds are an empty one."""
    parts = list(sounds)
    rates = {part.rate for part in parts} or {RATE}
    if len(rates) > 1:
        raise SoundError(f"sounds of different rates cannot be joined: {sorted(rates)}")
    return Sound(b"".join(part.pcm for part in parts), rates.pop())
