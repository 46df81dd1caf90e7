"""Fakes of the devices that remember what they were given, for tests and for terminals without a device."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from kokuchi.voice.cues import Cue
from kokuchi.voice.sound import Sound
from terminal_client.outputs.interface import Press, SpeakerFailed
from terminal_client.view import Lamp, View


@dataclass
class RecordingScreen:
    """A screen that keeps every view."""

    is_attached: bool = True
    views: list[View] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    silences: int = 0

    def show(self, view: View) -> None:
        """Keep the view."""
        self.views.append(view)

    def sound(self, sound: Sound) -> None:
        """Keep the sound."""
        self.sounds.append(sound)

    def silence(self) -> None:
        """Count it."""
        self.silences += 1


@dataclass
class RecordingVolume:
    """A volume that keeps every value; with `is_missing` it is a device without such a control."""

    is_missing: bool = False
    values: list[int] = field(default_factory=list)

    async def set(self, percent: int) -> None:
        """Keep the value."""
        if not self.is_missing:
            self.values.append(percent)


@dataclass
class RecordingButtons:
    """Buttons that are pressed by calling `press`, from any thread."""

    _tell: Callable[[Press], object] = lambda _press: None

    def listen(self, on_press: Callable[[Press], None]) -> None:
        """Keep whom to tell, and where."""
        loop = asyncio.get_running_loop()
        self._tell = lambda press: loop.call_soon_threadsafe(on_press, press)

    def press(self, press: Press) -> None:
        """Press one."""
        self._tell(press)

    def close(self) -> None:
        """Forget whom to tell."""
        self._tell = lambda _press: None


@dataclass
class RecordingLamp:
    """A lamp that keeps how it shines."""

    shining: Lamp = Lamp.OFF

    def show(self, lamp: Lamp) -> None:
        """Keep it."""
        self.shining = lamp

    def close(self) -> None:
        """Go out."""
        self.shining = Lamp.OFF


@dataclass
class RecordingSpeaker:
    """A speaker that keeps the cues that it was given; with `failure` it is a device that takes nothing."""

    failure: str | None = None
    cues: list[Cue] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        """Keep the performance."""
        async for cue, sound in performance:
            if self.failure:
                raise SpeakerFailed(self.failure)
            self.cues.append(cue)
            self.pcm += sound.pcm
            on_cue(cue, sound)
