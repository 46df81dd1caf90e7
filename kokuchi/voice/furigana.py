"""What stands over the kanji on the screen: the reading that is spoken, in hiragana. For the worker process only."""

import re
from collections.abc import Iterator

from kokuchi.voice.analysis import Piece, pieces
from kokuchi.voice.kana import Reader
from kokuchi.voice.words import Source
from kokuchi.wire import Furigana, Ruby
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE

LONGEST = 40
"""Characters of kana over one piece; the wire allows no more, and no screen has room for it."""

_KANJI = "一-鿿々〆ヶ"
_HAS_KANJI = re.compile(f"[{_KANJI}]")
_RUNS = re.compile(rf"[{_KANJI}\d０-９]+|[^{_KANJI}\d０-９]+")
_FROM_KANJI_TO_KANJI = re.compile(rf"[{_KANJI}\d].*[{_KANJI}\d]|[{_KANJI}]")
_COUNTERS = {"月": ("がつ",), "日": ("にち",), "年": ("ねん",), "時": ("じ",), "分": ("ふん", "ぷん"), "円": ("えん",)}
_COUNTED = re.compile(f"[\\d０-９]+([{''.join(_COUNTERS)}])")
_TO_DIAL = re.compile(r"1\d\d|１[０-９]{2}")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ") + 1)}


def furigana_of(headline: str, body: str, reader: Reader) -> Furigana:
    """Return the furigana of both texts, or raise EngineError."""
    return Furigana(
        headline=tuple(rubies(headline, reader))[:MAXIMUM_HEADLINE],
        body=tuple(rubies(body, reader))[: MAXIMUM_BODY // 2],
    )


def rubies(text: str, reader: Reader) -> Iterator[Ruby]:
    """Yield what stands over the kanji of a text, from left to right; kana, okurigana and particles stay bare."""
    for piece in pieces(text, reader):
        written = text[piece.start : piece.end]
        for start, end, kana in _spans(written, piece):
            if 0 < len(kana) <= LONGEST:
                yield Ruby(start=piece.start + start, end=piece.start + end, kana=kana)


def _spans(written: str, piece: Piece) -> Iterator[tuple[int, int, str]]:
    kana = hiragana(piece.spelt)
    counter = _COUNTED.fullmatch(written)
    if counter and kana.endswith(_COUNTERS[counter[1]]):
        ending = next(ending for ending in _COUNTERS[counter[1]] if kana.endswith(ending))
        yield counter.start(1), counter.end(1), ending
    elif piece.source is Source.RULE and _TO_DIAL.fullmatch(written):
        yield 0, len(written), kana
    elif _HAS_KANJI.search(written):
        yield from _beside_okurigana(written, kana) or _over_all(written, kana)


def _beside_okurigana(written: str, kana: str) -> list[tuple[int, int, str]]:
    """Return the kana of each run of kanji, where the kana between them show where it ends; else nothing."""
    runs = _RUNS.findall(written)
    pattern = "".join("(.+?)" if _HAS_KANJI.search(run) else re.escape(hiragana(run)) for run in runs)
    match = re.fullmatch(pattern, kana)
    if not match:
        return []
    spans, place, group = [], 0, 0
    for run in runs:
        if _HAS_KANJI.search(run):
            group += 1
            spans.append((place, place + len(run), match[group]))
        place += len(run)
    return spans


def _over_all(written: str, kana: str) -> list[tuple[int, int, str]]:
    match = _FROM_KANJI_TO_KANJI.search(written)
    return [(match.start(), match.end(), kana)] if match else []


def hiragana(kana: str) -> str:
    """Return katakana as hiragana.

    >>> hiragana("ツキガタチョウ")
    'つきがたちょう'
    """
    return kana.translate(_HIRAGANA)
