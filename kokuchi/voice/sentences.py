"""A text cut into what is said, and marked on the screen, one at a time."""

import re
from collections.abc import Callable, Iterable, Iterator

MAXIMUM_CHARACTERS = 80
"""A longer sentence is cut at its commas: nobody can hold it, and the engine's memory grows with it."""

_SENTENCE = re.compile(r"[^。！？\r\n]*[。！？]+[」』）)]*|[^。！？\r\n]+")
_CLAUSE = re.compile(r"[^、]*、|[^、]+")


def whole_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each with its 。！？, however long they are; a line feed ends one too."""
    pieces = (piece.strip() for piece in _SENTENCE.findall(text))
    return tuple(piece for piece in pieces if piece)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, a long one in several parts; nothing but line breaks and outer blanks is lost."""
    return tuple(part for sentence in whole_sentences(text) for part in _parts(sentence))


def placed_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each of sentences(text) with the place in the text where it begins."""
    place = 0
    for sentence in sentences(text):
        # Only blanks are lost between sentences, and none begins with one: what is found first is the right place.
        place = text.index(sentence, place)
        yield place, sentence
        place += len(sentence)


def packed(clauses: Iterable[str], is_too_long: Callable[[str], bool]) -> list[str]:
    """Return as few parts as possible of whole clauses, none too long but where a single clause is."""
    parts = [""]
    for clause in clauses:
        if parts[-1] and is_too_long(parts[-1] + clause):
            parts.append("")
        parts[-1] += clause
    return [part.strip() for part in parts if part.strip()]


def _parts(sentence: str) -> list[str]:
    return packed(_CLAUSE.findall(sentence), _is_too_long) if _is_too_long(sentence) else [sentence]


def _is_too_long(text: str) -> bool:
    return len(text) > MAXIMUM_CHARACTERS
