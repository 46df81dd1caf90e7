"""A text piece by piece: what is written, what is said, and what gave it that reading. For the worker process only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.kana import OPTIONS, Reader, pronunciation
from kokuchi.voice.rewriting import Rewriting
from kokuchi.voice.sentences import placed_sentences
from kokuchi.voice.words import Source, Word

_NOT_KANA = re.compile("[^ァ-ヴー]")
_NUMBER = re.compile(r"[\d０-９][\d０-９,，.．]*")


@dataclass(frozen=True)
class Piece:
    """The characters `start` up to `end` of a text, their kana as said, and as one spells them (チョー, チョウ)."""

    start: int
    end: int
    said: str
    spelt: str
    source: Source
    detail: str


def pieces(text: str, reader: Reader) -> Iterator[Piece]:
    """Yield the pieces of a text from left to right, or raise EngineError. Together they are reader.reading(text)."""
    for place, sentence in placed_sentences(text):
        for piece in _joined(sentence, _of_sentence(sentence, reader)):
            yield replace(piece, start=piece.start + place, end=piece.end + place)


def explained(text: str, reader: Reader) -> list[Word]:
    """Return each word of a text with its reading and what gave it, or raise EngineError."""
    words: list[Word] = []
    end = 0
    for piece in pieces(text, reader):
        words += _left_out(text[end : piece.start])
        words.append(Word(text[piece.start : piece.end], piece.said, piece.source, piece.detail))
        end = piece.end
    return words + _left_out(text[end:])


def _left_out(text: str) -> list[Word]:
    return [Word(text.strip(), "", Source.RULE, "not spoken")] if text.strip() else []


def _of_sentence(sentence: str, reader: Reader) -> Iterator[Piece]:
    rewriting = reader.rewritten(sentence)
    mapped = _mapped(rewriting.text, reader)
    if mapped is None:
        yield Piece(0, len(sentence), _NOT_KANA.sub("", reader.reading(sentence)), "", Source.ENGINE, "as a whole")
        return
    end = place = 0
    for word, same_word in mapped:
        start, stop = word["char_span"]
        if start < end:
            start = stop = end  # the 十 that the engine puts between two digits has no place in the text
        end = stop
        source, detail = _source(rewriting, start, stop, word["reading_source"], word["surface"], reader)
        origin = rewriting.origin(start, stop) if start < stop else (place, place)
        place = origin[1]
        said, spelt = (_NOT_KANA.sub("", pronunciation(each)) for each in (word, same_word))
        yield Piece(*origin, said, spelt, source, detail)


def _mapped(text: str, reader: Reader) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]] | None:
    """Return each word of the engine's twice: as it is said, and as it is spelt; None where it loses its place.

    It does in 「1ー1人」 (pyopenjtalk-plus 0.4.1.post10): such a sentence is spoken, but has no kana over its kanji.
    """
    mapping = partial(open_jtalk().g2p_mapping, text, jtalk=reader.frontend, **OPTIONS)
    try:
        return list(zip(mapping(), mapping(revert_long_vowels=True, revert_yotsugana=True), strict=True))
    except ValueError:
        return None


def _source(
    rewriting: Rewriting, start: int, end: int, engine_says: str, surface: str, reader: Reader
) -> tuple[Source, str]:
    rules = rewriting.rules(start, end)
    if engine_says == "UserDictionary":
        return Source.DICTIONARY, reader.entry_of(surface)
    return (Source.RULE, "; ".join(rules)) if rules else (Source.ENGINE, "")


def _joined(sentence: str, found: Iterator[Piece]) -> Iterator[Piece]:
    """Join what came from the same characters, and the digits of a number."""
    last: Piece | None = None
    for piece in found:
        if last and (
            piece.start < last.end
            or piece.start == piece.end
            or last.start == last.end
            or _is_number(sentence, last, piece)
        ):
            last = Piece(
                last.start,
                max(last.end, piece.end),
                last.said + piece.said,
                last.spelt + piece.spelt,
                Source.RULE if Source.RULE in (last.source, piece.source) else last.source,
                "; ".join(dict.fromkeys(filter(None, (last.detail, piece.detail)))),
            )
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last if last.end else replace(last, end=len(sentence))


def _is_number(sentence: str, left: Piece, right: Piece) -> bool:
    return bool(_NUMBER.fullmatch(sentence[left.start : right.end])) and left.source == right.source
