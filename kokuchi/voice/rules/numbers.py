"""Numbers that are read otherwise than one counts: house numbers, floors, number plates, headings."""

import re

from kokuchi.voice.rewriting import Rule
from kokuchi.voice.telephone import spoken_telephone


def _plate(match: re.Match[str]) -> str:
    digits = "-".join(re.findall(r"\d+", match[3]))
    return f"{match[1]}、{match[2]}、{spoken_telephone(digits)}"


RULES = (
    Rule(
        "number plate",
        re.compile(r"(?<=[一-鿿])\s*(\d{3})\s*([あ-ん])\s*([・･\s]*\d{0,2}[-‐]?\d{1,2})(?!\d)"),
        _plate,
        (
            ("札幌 500 さ 12-34", "札幌500、さ、イチニー、サンヨン"),
            ("札幌330あ・・12", "札幌330、あ、イチニー"),
        ),
    ),
    Rule("cellar", re.compile(r"(?<![A-Za-z])B(\d)F(?![A-Za-z])"), r"地下\1階", (("B1F", "地下1階"),)),
    Rule("floor", re.compile(r"(?<![A-Za-z\d])(\d{1,2})F(?![A-Za-z])"), r"\1階", (("2Fの会議室", "2階の会議室"),)),
    Rule(
        "house number with two hyphens",
        re.compile(r"(?<![\d-])(\d{1,4})[-‐–−](\d{1,3})[-‐–−](\d{1,4})(?![\d-])"),
        r"\1の\2の\3",
        (("北郷1-2-3", "北郷1の2の3"),),
    ),
    Rule(
        "house number with a hyphen",
        re.compile(r"(?<=[一-鿿目])(\d{1,4})[-‐–−](\d{1,3})(?![\d-])"),
        r"\1の\2",
        (("南1条西2丁目3-4", "南1条西2丁目3の4"),),
    ),
    Rule(
        "times a year",
        re.compile(r"(?<![\d〇一二三四五六七八九十百千元毎今昨来翌前同新近])年(?=\d+回)"),
        "ネン",
        (("年1回の予防注射", "ネン1回の予防注射"), ("令和8年1回目", "令和8年1回目"), ("毎年1回", "毎年1回")),
    ),
    Rule("squad of the fire brigade", re.compile(r"(?<=\d)分団"), "ブンダン", (("第1分団", "第1ブンダン"),)),
    Rule(
        "coming of age",
        re.compile(r"(?:20|二十)歳(?=の集い|のつどい|の門出|を祝|の記念|になったら)"),
        "ハタチ",
        (("20歳の集い", "ハタチの集い"), ("20歳の男", "20歳の男")),
    ),
    Rule(
        "number of a heading",
        re.compile(r"^\s*[(（](\d{1,2})[)）]\s*"),
        r"\1、",
        (("(1)持ち物", "1、持ち物"), ("（２）服装", "2、服装")),
    ),
    Rule(
        "number of a heading with a point",
        re.compile(r"^\s*(\d{1,2})\.\s*(?=[^\d\s])"),
        r"\1、",
        (("1．日時", "1、日時"),),
    ),
    Rule(
        "circled numbers",
        re.compile(r"(?<=[^\s、。・①-⑳「（(])(?=[①-⑳])"),
        "、",
        (("①受付②検温", "①受付、②検温"),),
    ),
)
