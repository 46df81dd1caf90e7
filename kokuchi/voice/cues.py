"""What a performance of an alert consists of."""

from dataclasses import dataclass
from enum import StrEnum

from kokuchi.wire import Level

PAUSE = 0.6
"""Seconds of silence after a phrase, if the settings of the voice say nothing else."""


class PhraseSource(StrEnum):
    """Where in an alert a phrase comes from; HEADLINE and BODY can be marked on the screen while they are said."""

    DRILL = "drill"
    GREETING = "greeting"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    HEADLINE = "headline"
    BODY = "body"
    CONTACT = "contact"
    REPEAT = "repeat"


@dataclass(frozen=True)
class Chime:
    """The chime of a level, before or after the words."""

    level: Level
    opening: bool


@dataclass(frozen=True)
class Phrase:
    """One breath of speech: the text as written, and its kana if known, which the fallback voice needs.

    `pause_after` None is the voice's own pause. `sentence` is the index among sentences(headline) or sentences(body),
    None for everything else.
    """

    text: str
    kana: str | None
    source: PhraseSource
    pause_after: float | None = None
    sentence: int | None = None


Cue = Chime | Phrase
