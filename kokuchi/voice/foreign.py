"""Text in a second language: cut into sentences, made ready for the voice, counted in syllables. Pure."""

import re
import unicodedata
from collections.abc import Iterator

from kokuchi.voice.languages import LANGUAGES
from kokuchi.voice.sentences import packed

MAXIMUM_WIDTH = 160
"""A longer sentence is cut at its commas. A Chinese character or a Korean syllable is two wide, a letter one."""

_END = re.compile(r"""[。！？]+[」』”’）)]*|[.!?…]+["'”’»)）]*(?=\s)|[\r\n]+""")
_CLAUSE = re.compile(r".+?(?:[，、；;]|,(?=\s))\s*|.+")

_WEB_ADDRESS = re.compile(r"(?:https?://|www\.)[A-Za-z0-9_!#$%&*+,./:;=?@~-]*[A-Za-z0-9_/]")
_TELEPHONE = re.compile(
    r"(?<![\d-])(?:0\d{1,4}-\d{1,4}-\d{3,4}|0\d{9,10}|#\d{4}|1(?:10|18|19|71|88|89))(?![\d-]|[.,:]\d)"
)
_NO_SOUND = ("So", "Sk", "Cf", "Co", "Cn")

_ONE_EACH = re.compile(r"[0-9一-鿿가-힣]")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_E = re.compile(r"(?<=[aeiouy][b-df-hj-np-tv-z])e\b")


def foreign_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, a long one in several parts; nothing but blanks between them is lost."""
    pieces = (piece.strip() for piece in _whole_sentences(text))
    return tuple(part for piece in pieces if piece for part in _parts(piece))


def said(text: str, code: str) -> str:
    """Return a text in a known language as espeak-ng is to say it: numbers to dial digit by digit, no web addresses."""
    language = LANGUAGES[code]
    text = unicodedata.normalize("NFC", text)
    text = _WEB_ADDRESS.sub(language.web_page, text)
    text = _TELEPHONE.sub(lambda match: language.spoken_telephone(match[0]), text)
    if code == "zh-Hans":
        text = text.replace("町", "丁")  # the Japanese town, dīng; espeak-ng says tǐng, a path between fields
    return "".join(" " if unicodedata.category(sign) in _NO_SOUND else sign for sign in text)


def syllables(text: str) -> int:
    """Count the syllables of a text, rather too few: a digit and a character are one, and so is a run of vowels."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    letters = _SILENT_E.sub("", letters)
    return len(_ONE_EACH.findall(unicodedata.normalize("NFC", text))) + len(_VOWELS.findall(letters))


def _whole_sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        following = text[end.end() :].lstrip()
        # "at 10 a.m. today" is one sentence.
        if end[0][0] in ".!?…" and following[:1].islower():
            continue
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]


def _parts(sentence: str) -> list[str]:
    return packed(_CLAUSE.findall(sentence), _is_too_long) if _is_too_long(sentence) else [sentence]


def _is_too_long(text: str) -> bool:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) > MAXIMUM_WIDTH
