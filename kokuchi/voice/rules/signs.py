"""Signs and brackets."""

import re
import unicodedata

from kokuchi.voice.rewriting import Rule

_KANJI = "一-鿿々"


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0]).replace("μ", "μ")


def _weekday(match: re.Match[str]) -> str:
    return f"({unicodedata.normalize('NFKC', match[0]).strip('()')})"


RULES = (
    Rule(
        "unit in one sign",
        re.compile(r"[\u3371-\u337a\u3380-\u33df℃]+"),
        _compatible,
        (("3㎞先", "3km先"), ("15㎜", "15mm"), ("35℃", "35度")),
    ),
    Rule("weekday in one sign", re.compile(r"[㈪-㈰]"), _weekday, (("23日㈪", "23日月曜日"),)),
    Rule("№", re.compile("№|[Nn][Oo]\\.(?=\\s*\\d)"), "ナンバー", (("№12", "ナンバー12"), ("No.5", "ナンバー5"))),
    Rule(
        "blank inside a heading",
        re.compile(
            r"(?<![一-鿿])([日場対内定会期主費持申受])[ \u3000]+([時所象容員場間催用物込付])(?![一-鿿])",
        ),
        r"\1\2",
        (("日 時：明日", "日時、明日"), ("場　所", "場所")),
    ),
    Rule(
        "circles for a name left out",
        re.compile(r"[○◯](?=[○◯])|(?<=[〇○◯])[○◯]"),
        "〇",
        (("○○さん", "マルマルさん"),),
    ),
    Rule("circles", re.compile("〇{2,}"), lambda match: "マル" * len(match[0]), (("〇〇社製", "マルマル社製"),)),
    Rule(
        "signs without a sound",
        re.compile(
            r"[℡㈱㈲㊙●○◯◎◆◇■□▲△▼▽※\u2190-\u21ff\u2600-\u266e\u2670-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d"
            r"\U0001f000-\U0001faff]+"
        ),
        "",
        (
            ("☎0126-53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
            ("℡53-2321", "ゴーサン、ニーサンニーイチ"),
            ("㈱月形振興公社", "月形振興公社"),
            ("😀訓練です⚠️", "訓練です"),
            ("★お知らせ★", "お知らせ"),
        ),
    ),
    Rule(
        "subtitle between waves",
        re.compile(r"\s*[〜～~]([^〜～~\d。]{3,}?)[〜～~](?=\s|。|$)"),
        r"、\1",
        (("大掃除～みんなで町をきれいに～", "大掃除、みんなで町をきれいに"),),
    ),
)

LAST = (
    Rule(
        "colon after a heading",
        re.compile(r"(?<!\d)\s*[:：]\s*|\s*[:：]\s*(?!\d)"),
        "、",
        (("日時：11月23日", "日時、11月23日"), ("場所: 役場", "場所、役場")),
    ),
    Rule(
        "bracket after a heading",
        re.compile(r"[】』〕］》](?=[^、。\s])"),
        r"】、",
        (("【重要】断水します", "【重要】、断水します"),),
    ),
    Rule(
        "stroke between words",
        re.compile(rf"(?<=[{_KANJI}ァ-ヶーぁ-ん])\s*[/／｜|]\s*(?=[{_KANJI}ァ-ヶーぁ-ん])"),
        "、",
        (("男性／女性", "男性、女性"),),
    ),
    Rule("and", re.compile(r"\s*[&＆]\s*"), "アンド", (("Q&A", "QアンドA"),)),
    Rule("plus", re.compile(r"\s*[+＋]\s*"), "プラス", (("相談＋", "相談プラス"), ("1＋1", "1プラス1"))),
)
