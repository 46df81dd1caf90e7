"""How many lines of a list of readings come out right, with the words that are shipped."""

import csv
from dataclasses import dataclass
from pathlib import Path

from kokuchi.voice.kana import Reader
from kokuchi.voice.long_vowels import comparable
from tests.voice.words import shipped

LIST = Path(__file__).resolve().parents[1] / "tests" / "voice" / "readings.tsv"


@dataclass(frozen=True)
class Readings:
    """How many lines there are, and a sentence on each that is read wrong."""

    lines: int
    wrong: tuple[str, ...]


def readings() -> Readings:
    """Read the whole list, or raise EngineError."""
    with LIST.open(encoding="utf-8", newline="") as file:
        lines = [(line["文"], line["読み"]) for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    reader = Reader(shipped())
    heard = [(text, kana, reader.reading(text)) for text, kana in lines]
    wrong = (f"{text}: {said}, not {kana}" for text, kana, said in heard if comparable(said) != comparable(kana))
    return Readings(len(lines), tuple(wrong))
