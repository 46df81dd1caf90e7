"""What the reader tells of its work. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """What gave a word its reading."""

    RULE = "rule"
    DICTIONARY = "dictionary"
    ENGINE = "engine"


@dataclass(frozen=True)
class Word:
    """A piece of a text as written, its katakana as it is said (empty if it is silent), and what gave that reading.

    `source` is a Source; `detail` names the rules, or the dictionary's entry, and is empty for the engine.
    """

    written: str
    reading: str
    source: str
    detail: str


@dataclass(frozen=True)
class Sentence:
    """A text that must be read so: katakana as it is said."""

    text: str
    reading: str


@dataclass(frozen=True)
class Broken:
    """A sentence that was read right and would be read wrongly: `after` instead of the sentence's reading."""

    sentence: Sentence
    after: str
