"""Dictionaries for tests."""

from datetime import UTC, datetime
from pathlib import Path

from kokuchi.voice.dictionary import Line, parse
from kokuchi.wire import Dictionary, Entry

DICTIONARIES = Path(__file__).parents[2] / "config" / "dictionary"
NAMES = ("words", "hokkaido", "tsukigata")
SENT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def dictionary_of(*words: tuple[str, str], revision: int = 1) -> Dictionary:
    return Dictionary(
        town="tsukigata",
        revision=revision,
        sent=SENT,
        expires=SENT.replace(year=2036),
        entries=tuple(Entry(word=word, reading=reading) for word, reading in words),
    )


def parsed(name: str) -> tuple[Line, ...]:
    return parse((DICTIONARIES / f"{name}.csv").read_bytes(), name)


def shipped() -> tuple[Entry, ...]:
    lines = [line for name in NAMES for line in parsed(name)]
    return tuple(
        {line.word: Entry(word=line.word, reading=line.reading, accent=line.accent) for line in lines}.values()
    )
