"""The chimes, read from the folder sounds/ that sounds/make_chimes.py fills."""

from pathlib import Path

from kokuchi.voice.cues import Chime
from kokuchi.voice.errors import ChimeError, SoundError
from kokuchi.voice.sound import RATE, Sound
from kokuchi.wire import Level


class Chimes:
    """The opening and the closing chime of each level, held in memory (about 1 MB). Raises ChimeError."""

    def __init__(self, directory: Path) -> None:
        self._sounds = {
            chime: _read(directory / f"{chime.level}-{'opening' if chime.opening else 'closing'}.wav")
            for chime in (Chime(level, opening) for level in Level for opening in (True, False))
        }

    def sound(self, chime: Chime) -> Sound:
        """Return the sound of a chime."""
        return self._sounds[chime]


def _read(path: Path) -> Sound:
    try:
        sound = Sound.from_wav(path.read_bytes())
    except (OSError, SoundError) as error:
        raise ChimeError(f"{path}: cannot read the chime: {error}; run sounds/make_chimes.py to make it") from error
    if sound.rate != RATE:
        raise ChimeError(f"{path}: the chime has {sound.rate} samples per second; it must have {RATE}")
    return sound
