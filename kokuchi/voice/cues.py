"""What a performance of an alert consists of."""

from dataclasses import dataclass
from enum import StrEnum

from kokuchi.voice.languages import JAPANESE
from kokuchi.wire import Level

PAUSE = 0.6
"""Seconds of silence after a phrase, if the settings of the voice say nothing else."""


class PhraseSource(StrEnum):
    """Where in an alert a phrase comes from; headlines and bodies can be marked on the screen while they are said.

    TRANSLATED_HEADLINE and TRANSLATED_BODY are what a household with a second language sees in it.
    """

    DRILL = "drill"
    PAST = "past"
    GREETING = "greeting"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    HEADLINE = "headline"
    BODY = "body"
    TRANSLATED_HEADLINE = "translated_headline"
    TRANSLATED_BODY = "translated_body"
    CONTACT = "contact"
    REPEAT = "repeat"
    DIGEST = "digest"
    SAMPLE = "sample"


@dataclass(frozen=True)
class Chime:
    """The chime of a level, before or after the words."""

    level: Level
    opening: bool


@dataclass(frozen=True)
class Phrase:
    """One breath of speech: the text as written, and its kana if known, which the fallback voice needs.

    `pause_after` None is the voice's own pause. `sentence` is the index among those of headline or body, None for
    everything else; `language` is "ja" or a code of kokuchi.voice.languages.
    """

    text: str
    kana: str | None
    source: PhraseSource
    pause_after: float | None = None
    sentence: int | None = None
    language: str = JAPANESE


Cue = Chime | Phrase
