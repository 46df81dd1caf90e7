"""How long a script will take, before it is synthesised. Pure, so that the staff see it while they type."""

import re
from collections.abc import Callable, Iterable

from kokuchi.voice.cues import PAUSE, Cue, Phrase
from kokuchi.voice.foreign import syllables
from kokuchi.voice.languages import JAPANESE

PACE = 5.0
"""Morae per second at which the town's messages are spoken."""

SYLLABLES = 3.0
"""Syllables per second of a second language when Japanese comes at PACE (measured in kokuchi.voice.engines.espeak)."""

CHIME_SECONDS = 2.5

_SMALL_KANA = re.compile("[ャュョァィゥェォヮゃゅょぁぃぅぇぉゎ]")
_ONE_MORA = re.compile("[ァ-ヴーぁ-ゔ]")
_TWO_MORAE = re.compile("[々〇一-鿿0-9０-９A-Za-zＡ-Ｚａ-ｚ]")


def morae(text: str) -> int:
    """Count the morae of kana. What is not yet kana is guessed: two for each kanji, digit or letter."""
    text = _SMALL_KANA.sub("", text)
    return len(_ONE_MORA.findall(text)) + 2 * len(_TWO_MORAE.findall(text))


def estimated_seconds(cues: Iterable[Cue], kana_of: Callable[[str], str] | None = None, pace: float = PACE) -> float:
    """Estimate how long the cues take at a pace, from their kana, or from kana_of(text), or from the bare text."""
    return sum(_seconds(cue, kana_of, pace) for cue in cues)


def _seconds(cue: Cue, kana_of: Callable[[str], str] | None, pace: float) -> float:
    if not isinstance(cue, Phrase):
        return CHIME_SECONDS
    pause = PAUSE if cue.pause_after is None else cue.pause_after
    if cue.language != JAPANESE:
        return syllables(cue.text) / (SYLLABLES * pace / PACE) + pause
    kana = cue.kana or (kana_of(cue.text) if kana_of else cue.text)
    return morae(kana) / pace + pause
