"""Telephone numbers as one says them so that the listener can write them down."""

import re

_DIGITS = dict(enumerate(["ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー"]))
_KNOWN_BY_NAME = {"110": "ヒャクトー", "118": "ヒャクジューハチ", "119": "ヒャクジューキュー"}
_GROUP = re.compile(r"#?\d{1,4}")


def spoken_telephone(number: str) -> str:
    """Return the kana of a number, digit by digit, with a short pause between its groups.

    >>> spoken_telephone("0126-53-2321")
    'ゼロイチニーロク、ゴーサン、ニーサンニーイチ'
    >>> spoken_telephone("188")
    'イチハチハチ'
    >>> spoken_telephone("#9110")
    'シャープキューイチイチゼロ'
    """
    return _KNOWN_BY_NAME.get(number) or "、".join(_digit_by_digit(group) for group in _GROUP.findall(number))


def _digit_by_digit(group: str) -> str:
    return "".join("シャープ" if character == "#" else _DIGITS[int(character)] for character in group)
