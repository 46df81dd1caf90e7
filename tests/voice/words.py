"""Dictionaries for tests."""

from datetime import UTC, datetime

from kokuchi.wire import Dictionary, Entry

SENT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def dictionary_of(*words: tuple[str, str], revision: int = 1) -> Dictionary:
    return Dictionary(
        town="tsukigata",
        revision=revision,
        sent=SENT,
        expires=SENT.replace(year=2036),
        entries=tuple(Entry(word=word, reading=reading) for word, reading in words),
    )
