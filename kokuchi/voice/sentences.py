"""A text cut into what is said, and marked on the screen, one at a time."""

import re

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


def _parts(sentence: str) -> list[str]:
    if len(sentence) <= MAXIMUM_CHARACTERS:
        return [sentence]
    parts = [""]
    for clause in _CLAUSE.findall(sentence):
        if parts[-1] and len(parts[-1]) + len(clause) > MAXIMUM_CHARACTERS:
            parts.append("")
        parts[-1] += clause
    return [part.strip() for part in parts if part.strip()]
