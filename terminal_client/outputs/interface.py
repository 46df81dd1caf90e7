"""What the terminal needs of its devices.

Errors: `SpeakerFailed`, when no device took the sound.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from enum import StrEnum
from typing import Protocol

from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import Cue
from kokuchi.voice.sound import Sound
from terminal_client.view import Lamp, View


class SpeakerFailed(Exception):  # noqa: N818 - reads as what it says
    """No device took the sound; the message says why, in English, for the delivery log."""


class Screen(Protocol):
    """Where the household reads."""

    @property
    def is_attached(self) -> bool:
        """Whether somebody, or a kiosk browser, has the page open."""

    def show(self, view: View) -> None:
        """Draw this from now on."""

    def sound(self, sound: Sound) -> None:
        """Offer a sound that is being played to pages that play it too."""

    def silence(self) -> None:
        """Tell pages that play sounds to stop."""


class Volume(Protocol):
    """How loud the household hears."""

    async def set(self, percent: int) -> None:
        """Set the volume, from 0 to 100. A device without such a control stays as it is."""


class Press(StrEnum):
    """What a button on the device is for; its value is its key in the settings' table [buttons]."""

    CONFIRM = "confirm"
    REPLAY = "replay"
    VOLUME_UP = "volume_up"
    VOLUME_DOWN = "volume_down"


class Buttons(Protocol):
    """What the household presses beside the screen."""

    def listen(self, on_press: Callable[[Press], None]) -> None:
        """Call this, in the event loop that runs now, at each press. A device without buttons is no error."""

    def close(self) -> None:
        """Hear no press any more."""


class SignalLamp(Protocol):
    """A lamp on the device that can be seen from the next room."""

    def show(self, lamp: Lamp) -> None:
        """Shine like this from now on. A device without a lamp is no error."""

    def close(self) -> None:
        """Go out."""


class Performer(Protocol):
    """Who makes the sounds of a script; `kokuchi.voice.speech.Voice` is one."""

    @property
    def dictionary_revision(self) -> int | None:
        """The revision of the town's dictionary by which it reads, if it has one."""

    def performance(self, cues: Iterable[Cue], chimes: Chimes) -> AsyncGenerator[tuple[Cue, Sound], None]:
        """Yield each cue with its sound, its pause included. Raises VoiceError where a cue cannot be heard."""


class Speaker(Protocol):
    """Where the household hears."""

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        """Play sounds one after another; `on_cue` is called when each begins.

        Returns once the device has played the last, or raises SpeakerFailed. Cancelling it stops the sound at once.
        """
