"""The sounds that were made last."""

from collections import OrderedDict

from kokuchi.voice.sound import Sound

Key = tuple[str, str | None, str, float, int | None]


class RecentSounds:
    """Sounds of one voice by text, kana, language, pace and dictionary; the one not used for longest goes first."""

    def __init__(self, maximum_bytes: int) -> None:
        self._maximum = maximum_bytes
        self._bytes = 0
        self._sounds: OrderedDict[Key, Sound] = OrderedDict()

    def get(self, key: Key) -> Sound | None:
        """Return a sound if it is still there."""
        sound = self._sounds.get(key)
        if sound is not None:
            self._sounds.move_to_end(key)
        return sound

    def put(self, key: Key, sound: Sound) -> None:
        """Keep a sound, and let go of old ones."""
        replaced = self._sounds.pop(key, None)
        self._bytes += len(sound.pcm) - (len(replaced.pcm) if replaced else 0)
        self._sounds[key] = sound
        while self._bytes > self._maximum:
            _, oldest = self._sounds.popitem(last=False)
            self._bytes -= len(oldest.pcm)

    def clear(self) -> None:
        """Let go of all."""
        self._bytes = 0
        self._sounds.clear()
