"""From one end to another: 〜 ～ - between times, days, numbers and places."""

import re

from kokuchi.voice.rewriting import Rule

_WAVE = "[〜～~]"
_COUNTED = (
    "人|名|歳|才|時|分|日|月|年|円|回|個|度|%|％|cm|mm|km|m|キロ|メートル|センチ|ミリ|件|台|戸|世帯|番|号|ページ|泊|枚|週|"
    "か月|カ月|ヶ月|代"
)

RULES = (
    Rule(
        "wave between two ends",
        re.compile(rf"(?<=[\d時分日月年歳円回人名番)）半度%％代])\s*{_WAVE}\s*"),
        "から",
        (
            ("10:00～15:00", "10時から15時"),
            ("1〜3人", "1から3人"),
            ("11/23(月)~11/25(水)", "11月23日月曜日から11月25日水曜日"),
            ("18時〜", "18時から"),
        ),
    ),
    Rule(
        "hyphen between two times or days",
        re.compile(r"(?<=[時分日])\s*[-‐–−―ー]\s*(?=\d|午)"),
        "から",
        (("8:30-17:15", "8時30分から17時15分"),),
    ),
    Rule(
        "hyphen between two numbers of things",
        re.compile(rf"(?<![\d.,-])(\d{{1,4}})\s*[-‐–−]\s*(\d{{1,4}})(?=\s*(?:{_COUNTED})(?!番地))(?!番地|番\d|号\d)"),
        r"\1から\2",
        (("10-15人ほど", "10から15人ほど"), ("3-5日", "3から5日")),
    ),
    Rule(
        "wave between two places",
        re.compile(rf"(?<=[一-鿿々ァ-ヶー])\s*{_WAVE}\s*(?=[一-鿿ァ-ヶ])"),
        "から",
        (("月形～札比内間", "月形から札比内間"),),
    ),
)
