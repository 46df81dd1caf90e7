"""Times of day."""

import re

from kokuchi.voice.rewriting import Rule

_HALF = {"A": "午前", "P": "午後"}


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def _half_first(match: re.Match[str]) -> str:
    return _HALF[match[1].upper()]


def _half_last(match: re.Match[str]) -> str:
    return _HALF[match[2].upper()] + match[1]


RULES = (
    Rule(
        "time with a colon",
        re.compile(r"(?<![\d:/])([01]?\d|2[0-9]):([0-5]\d)(?![\d:])"),
        _clock,
        (("10:30", "10時30分"), ("午前9:05開始", "午前9時5分開始"), ("13：00", "13時")),
    ),
    Rule("zero minutes", re.compile(r"(?<=\d時)0{1,2}分"), "", (("10時00分", "10時"),)),
    Rule(
        "AM and PM before the time",
        re.compile(r"(?<![A-Za-z])([AaPp])\.?[Mm]\.?\s*(?=\d{1,2}(?:時|:))"),
        _half_first,
        (("AM9:00", "午前9時"), ("pm 2:30", "午後2時30分")),
    ),
    Rule(
        "AM and PM after the time",
        re.compile(r"(\d{1,2}時(?:\d{1,2}分)?)\s*([AaPp])\.?[Mm]\.?(?![A-Za-z])"),
        _half_last,
        (("9:00AM", "午前9時"),),
    ),
    Rule(
        "between two times",
        re.compile(r"(?<=[\d半][時分])の間|(?<=時半)の間"),
        "のアイダ",
        (("9時から12時の間", "9時から12時のアイダ"),),
    ),
)
