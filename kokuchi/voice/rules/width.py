"""Letters, digits and signs in one width, before anything else looks at the text."""

import re
import unicodedata

from kokuchi.voice.rewriting import Rule

_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ＃＠＋－．／：＿｡-ﾟ]+")


def full_and_half(text: str) -> str:
    """Return the text with letters, digits and their signs in half width and kana in full width."""
    return _WIDE.sub(_compatible, text)


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


WIDTH = Rule(
    "full-width letters and digits, half-width kana",
    _WIDE,
    _compatible,
    (("ＡＴＭ", "ATM"), ("午前９時", "午前9時"), ("ｵﾚｵﾚ詐欺", "オレオレ詐欺"), ("１０：３０", "10時30分")),
)
