"""What is different between two texts, in pieces that a reader takes in at a glance."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# Runs of one script, which in Japanese come close to words: 午前 | 10 | 時 | ごろ | 、
_PIECES = re.compile(r"[0-9０-９]+|[A-Za-zＡ-Ｚａ-ｚ]+|[ァ-ヶー]+|[一-鿿々]+|[ぁ-ゖ]+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A part of a text; `changed` if the other text does not have it."""

    text: str
    changed: bool


def differences(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces, each of which is in both of them or in one only."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return (
        [Piece("".join(before[start:end]), kind != "equal") for kind, start, end, _, _ in steps if start < end],
        [Piece("".join(after[start:end]), kind != "equal") for kind, _, _, start, end in steps if start < end],
    )
