"""The sentences of a text with the furigana that the centre sent for it, cut into what the page draws."""

from collections.abc import Iterator, Sequence

from kokuchi.voice.sentences import placed_sentences
from kokuchi.wire import Ruby

Parts = list[tuple[str, str | None]]
"""A sentence in pieces that joined are the sentence, each with the kana above it or None."""


def sentences_with_ruby(text: str, rubies: Sequence[Ruby]) -> list[Parts]:
    """Return the sentences of a text in parts.

    The wire allows any spans. One that is not whole in one sentence, or that overlaps the one before, is left out.
    """
    return [_parts(text, start, start + len(sentence), rubies) for start, sentence in placed_sentences(text)]


def _parts(text: str, start: int, end: int, rubies: Sequence[Ruby]) -> Parts:
    parts: Parts = []
    place = start
    for ruby in _fitting(start, end, rubies):
        if place < ruby.start:
            parts.append((text[place : ruby.start], None))
        parts.append((text[ruby.start : ruby.end], ruby.kana))
        place = ruby.end
    if place < end:
        parts.append((text[place:end], None))
    return parts


def _fitting(start: int, end: int, rubies: Sequence[Ruby]) -> Iterator[Ruby]:
    place = start
    for ruby in rubies:
        if place <= ruby.start < ruby.end <= end:
            place = ruby.end
            yield ruby
