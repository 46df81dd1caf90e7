"""The sentences of a text with the furigana that the centre sent for it, cut into what the page draws."""

from collections.abc import Iterator, Sequence

from kokuchi.voice.sentences import sentences
from kokuchi.wire import Ruby

Parts = list[tuple[str, str | None]]
"""A sentence in pieces that joined are the sentence, each with the kana above it or None."""


def sentences_with_ruby(text: str, rubies: Sequence[Ruby]) -> list[Parts]:
    """Return the sentences of a text in parts.

    The wire allows any spans. One that does not lie whole in one sentence, or not behind the last one taken, is left out.
    """
    found, place = [], 0
    for sentence in sentences(text):
        # Between two sentences only blanks are lost and none begins with one, so the first that is found is the right one.
        start = text.index(sentence, place)
        place = start + len(sentence)
        found.append(_parts(text, start, place, rubies))
    return found


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
