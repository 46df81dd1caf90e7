"""Places and roads; names are the dictionary's business (config/dictionary)."""

import re

from kokuchi.voice.rewriting import Rule

_TOWNS = "月形|当別|新十津川|浦臼|奈井江|栗山|長沼|南幌|由仁|上砂川|雨竜|北竜|秩父別|妹背牛|沼田"

RULES = (
    Rule(
        "prefectural road",
        re.compile(r"道道(?!路)(?:(?=\s*\d|[^\s。、道]{1,14}線)|(?<![一-鿿]道道)(?![々庁民]|の駅))"),
        "ドウドウ",
        (
            ("道道11号", "ドウドウ11号"),
            ("道道月形厚田線", "ドウドウ月形厚田線"),
            ("地区の道道付近", "地区のドウドウ付近"),
            ("町道道路の工事", "チョウ道道路の工事"),
            ("道々話した", "道々話した"),
        ),
    ),
    Rule(
        "字",
        re.compile(r"(?:(?<=[町村市郡])|(?<![^\s、。「（(]))(大?)字(?=[一-鿿ァ-ヶ])(?![幕体典画数余句])"),
        lambda match: "オーアザ" if match[1] else "アザ",
        (("字札比内123番地", "アザ札比内123番地"), ("月形町字北郷", "月形チョウアザ北郷")),
    ),
    Rule(
        # A terminal may be told to speak before its first dictionary has arrived; in Hokkaido its own town is チョウ.
        "names of towns",
        re.compile(rf"({_TOWNS})町(?![内長民議立営道])"),
        r"\1チョウ",
        (("月形町", "月形チョウ"), ("新十津川町役場", "新十津川チョウ役場"), ("月形町長", "月形町長")),
    ),
    Rule(
        "the town's own",
        re.compile(
            r"(?<![一-鿿])町(?=ホームページ|公式|道(?![路のを])|広報|主催|指定|職員|担当|全域|有地|内外|産業|民税)|町(?=道の(?:除雪|排雪|通行))"
        ),
        "チョウ",
        (("町ホームページ", "チョウホームページ"), ("町職員", "チョウ職員")),
    ),
    Rule("town whose name is left out", re.compile("(?<=マルマル)町"), "チョウ", (("〇〇町", "マルマルチョウ"),)),
)
