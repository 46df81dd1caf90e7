"""Units that are written in letters."""

import re

from kokuchi.voice.rewriting import Rule

_NUMBER = r"(\d+(?:[.,]\d+)*)\s*"
_END = r"(?![A-Za-z\d])"

_SPELT = {
    "km2": "平方キロメートル",
    "km²": "平方キロメートル",
    "m2": "平方メートル",
    "m²": "平方メートル",
    "m3": "立方メートル",
    "m³": "立方メートル",
    "kL": "キロリットル",
    "mL": "ミリリットル",
    "dL": "デシリットル",
    "L": "リットル",
    "l": "リットル",
    "μSv": "マイクロシーベルト",
    "mSv": "ミリシーベルト",
    "kW": "キロワット",
    "kWh": "キロワット時",
    "MB": "メガバイト",
    "GB": "ギガバイト",
    "t": "トン",
    "a": "アール",
}
_LITRES_AND_OTHERS = "|".join(sorted(_SPELT, key=len, reverse=True))


def _spelt(match: re.Match[str]) -> str:
    return match[1] + _SPELT[match[2].replace("µ", "μ").replace("ℓ", "L")]


RULES = (
    Rule(
        "temperature below zero",
        re.compile(r"(?<![\dA-Za-z])[-−‐–]\s*(\d+(?:\.\d+)?)\s*(?:℃|°C|度)"),
        r"マイナス\1度",
        (("−5℃", "マイナス5度"), ("最低気温は－12.5度", "最低気温はマイナス12.5度")),
    ),
    Rule("temperature", re.compile(r"(?<=\d)\s*°C?(?![A-Za-z])"), "度", (("35℃", "35度"),)),
    Rule(
        "micro",
        re.compile(r"(?<=\d)\s*[µμ](?=Sv)"),
        "マイクロ",
        (("0.1μSv", "0.1マイクロシーベルト"),),
    ),
    Rule("sievert", re.compile(r"(?<=[\dロ])Sv"), "シーベルト", (("5Sv", "5シーベルト"),)),
    Rule(
        "speed of wind after its name",
        re.compile(rf"((?:風速|秒速)[^\d。、]{{0,8}}){_NUMBER}(?:m/s|メートル毎秒){_END}"),
        r"\1\2メートル",
        (("風速は20m/s", "風速は20メートル"), ("最大風速15m/s", "最大風速15メートル")),
    ),
    Rule("metres a second", re.compile(rf"{_NUMBER}m/s{_END}"), r"秒速\1メートル", (("20m/s", "秒速20メートル"),)),
    Rule(
        "speed after its name",
        re.compile(rf"(時速[^\d。、]{{0,4}}){_NUMBER}km/h{_END}"),
        r"\1\2キロ",
        (("時速60km/h", "時速60キロ"),),
    ),
    Rule("kilometres an hour", re.compile(rf"{_NUMBER}km/h{_END}"), r"時速\1キロ", (("60km/h", "時速60キロ"),)),
    Rule(
        "unit in letters",
        re.compile(rf"{_NUMBER}({_LITRES_AND_OTHERS}|ℓ|µSv){_END}"),
        _spelt,
        (("18L", "18リットル"), ("100㎡", "100平方メートル"), ("500mL", "500ミリリットル"), ("2.5t", "2.5トン")),
    ),
    Rule(
        "an hour",
        re.compile(r"(?<=シーベルト)/[hH](?![A-Za-z])"),
        "毎時",
        (("0.03μSv/h", "0.03マイクロシーベルト毎時"),),
    ),
    Rule(
        "in so many hours", re.compile(r"(?<=[cm]m)/(\d+)h(?![A-Za-z])"), r"、\1時間", (("35cm/24h", "35cm、24時間"),)
    ),
    Rule(
        "magnitude",
        re.compile(r"(?<![A-Za-z])M(?=\d(?:\.\d)?(?![\d.]))"),
        "マグニチュード",
        (("M7.5の地震", "マグニチュード7.5の地震"),),
    ),
    Rule(
        "yen",
        re.compile(r"[¥￥\\]\s*(\d[\d,]*(?:\.\d+)?万?)(?:円)?-?"),
        r"\1円",
        (("¥500", "500円"), ("￥1,500-", "1,500円")),
    ),
    Rule(
        "yen in brackets",
        re.compile(r"(?<=\d円)/(?=人|名|回|個|枚|月|日|年|時間|台|世帯)"),
        "、1",
        (("500円/人", "500円、1人"),),
    ),
)
