"""From kana as they are spelt to kana as they are said: トウベツ → トーベツ, but トヨウラ (豊浦) stays. Pure."""

import re

_BEGIN_WITH_U = {
    "ウラ": "浦裏占", "ウス": "臼薄碓", "ウチ": "内打", "ウマ": "馬", "ウエ": "上植", "ウミ": "海", "ウタ": "歌",
    "ウメ": "梅", "ウシ": "牛丑", "ウオ": "魚", "ウン": "運雲", "ウジ": "氏", "ウブ": "産", "ウリ": "売", "ウケ": "受",
    "ウ": "宇雨右羽鵜有烏卯",
}  # fmt: skip
_BEGIN_WITH_I = {
    "イシ": "石", "イケ": "池", "イズ": "泉出", "イワ": "岩", "イネ": "稲", "イチ": "市一", "イタ": "板", "イマ": "今",
    "イエ": "家", "イ": "井居入行猪飯位医囲委衣以伊",
}  # fmt: skip
_BEGIN_WITH_O = {"オオ": "大", "オ": "尾小緒雄男落折織置起岡沖奥"}

_LONG = (
    ("アカサタナハマヤラワガザダバパャァ", "ア"),
    ("イキシチニヒミリギジヂビピィ", "イ"),
    ("ウクスツヌフムユルグズヅブプュゥ", "ウ"),
    ("エケセテネヘメレゲゼデベペェ", "エイ"),
    ("オコソトノホモヨロゴゾドボポョォ", "オウ"),
)
_CANDIDATE = re.compile("|".join(f"(?<=[{before}])[{vowels}]" for before, vowels in _LONG))


def pronounced(reading: str, word: str) -> str:
    """Return the katakana as it is said, with ー where a vowel is long; a reading that has ー already stays as it is.

    A vowel with which a kanji of the word begins is not the end of the one before: トヨ・ウラ.

    >>> pronounced("ツキガタチョウ", "月形町"), pronounced("トヨウラ", "豊浦"), pronounced("オオゾラ", "大空")
    ('ツキガタチョー', 'トヨウラ', 'オーゾラ')
    """
    if "ー" in reading:
        return reading
    return _CANDIDATE.sub(lambda match: match[0] if _begins_kanji(reading, match.start(), word) else "ー", reading)


def comparable(kana: str) -> str:
    """Return kana so that two spellings of one sound are equal: only vowels and commas may differ.

    >>> comparable("ツキガタチョウ、デス。") == comparable("ツキガタチョーデス")
    True
    """
    sounds = re.sub("[^ァ-ヴー]", "", kana).translate(str.maketrans("ヲヅヂ", "オズジ"))
    return _CANDIDATE.sub("ー", sounds)


def _begins_kanji(reading: str, place: int, word: str) -> bool:
    beginnings = _BEGIN_WITH_U | _BEGIN_WITH_I | _BEGIN_WITH_O
    return any(
        reading.startswith(kana, place) and any(kanji in word[1:] for kanji in all_kanji)
        for kana, all_kanji in beginnings.items()
    )
