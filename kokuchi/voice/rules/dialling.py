"""Numbers to dial, said digit by digit."""

import re

from kokuchi.voice.rewriting import Rule
from kokuchi.voice.telephone import spoken_telephone

_HYPHEN = "[-‐‑–−―ー]"


def _telephone(match: re.Match[str]) -> str:
    return spoken_telephone("-".join(re.findall(r"\d+", match[0])))


def _mobile(match: re.Match[str]) -> str:
    return spoken_telephone(f"{match[1]}-{match[2]}-{match[3]}")


def _short_number(match: re.Match[str]) -> str:
    return spoken_telephone(match[0].replace("♯", "#"))


def _country(match: re.Match[str]) -> str:
    return "プラス" + spoken_telephone(match[1])


def _extension(match: re.Match[str]) -> str:
    return match[1] + spoken_telephone(match[2])


RULES = (
    Rule(
        "TEL and FAX",
        re.compile(r"(?<![A-Za-z])(?:TEL|Tel|tel|ＴＥＬ)\.?\s*[:：]?\s*(?=[\d(（+])"),
        "電話、",
        (("TEL：53-2321", "電話、ゴーサン、ニーサンニーイチ"),),
    ),
    Rule(
        "FAX before a number",
        re.compile(r"(?<![A-Za-z])(?:FAX|Fax|fax|ファックス|ファクス)\.?\s*[:：]?\s*(?=[\d(（+])"),
        "ファックス、",
        (("FAX 53-4373", "ファックス、ゴーサン、ヨンサンナナサン"),),
    ),
    Rule(
        "telephone number",
        re.compile(
            rf"(?<![\d-])(?:0\d{{1,4}}(?:\s*{_HYPHEN}\s*\d{{1,4}}\s*{_HYPHEN}\s*|\s*[(（]\d{{1,4}}[)）]\s*)\d{{3,4}}"
            rf"|[(（]0\d{{1,4}}[)）]\s*\d{{1,4}}\s*{_HYPHEN}\s*\d{{3,4}}"
            rf"|\d{{2}}{_HYPHEN}\d{{4}})(?![\d-]|年)"
        ),
        _telephone,
        (
            ("0126-53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
            ("０１２６（５３）２３２１", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
            ("(0126)53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
            ("0120-123-456", "ゼロイチニーゼロ、イチニーサン、ヨンゴーロク"),
        ),
    ),
    Rule(
        "telephone number without hyphens",
        re.compile(r"(?<![\d.,-])(0[5789]0)(\d{4})(\d{4})(?![\d.,-])"),
        _mobile,
        (("08012345678から", "ゼロハチゼロ、イチニーサンヨン、ゴーロクナナハチから"),),
    ),
    Rule(
        "free dial without hyphens",
        re.compile(r"(?<![\d.,-])(0120|0800|0570)(\d{3})(\d{3,4})(?![\d.,-])"),
        _mobile,
        (("0120123456", "ゼロイチニーゼロ、イチニーサン、ヨンゴーロク"),),
    ),
    Rule(
        "beginning of a telephone number",
        re.compile(r"(?<![\d.,:/-])0[1-9]\d{0,3}(?=(?:から|で|に)(?:始|はじ))"),
        _telephone,
        (("050から始まる番号", "ゼロゴーゼロから始まる番号"),),
    ),
    Rule(
        "country code",
        re.compile(r"(?<![A-Za-z\d)）])\+(\d{1,4})(?!\d)"),
        _country,
        (("「+81」で始まる", "「プラスハチイチ」で始まる"),),
    ),
    Rule(
        "extension",
        re.compile(r"(内線(?:番号)?)\s*[:：]?\s*(\d{1,4})(?!\d)"),
        _extension,
        (("（内線45）", "（内線ヨンゴー）"), ("内線：123", "内線イチニーサン")),
    ),
    Rule(
        "number that begins with #",
        re.compile(r"[#♯]\d{3,4}(?!\d)"),
        _short_number,
        (
            ("警察相談専用電話#9110へ", "警察相談専用電話シャープキューイチイチゼロへ"),
            ("＃７１１９", "シャープナナイチイチキュー"),
        ),
    ),
    Rule(
        "three-digit number to dial",
        re.compile(
            r"(?<![\d.,:/-])(?:(?<=電話)|(?<=ダイヤル)|(?<=ライン)|(?<=ダイヤル[「（(])|(?<=ライン[「（(])|(?<=電話[「（(])"
            r"|(?<=局番なしの)|(?<=局番なし)|(?<=局番なしの[「（(])|(?=\d{3}(?:」|）)?(?:に電話|へ電話|にダイヤル|をダイヤル))"
            r"|(?=\d{3}番(?![地目号線])))1(?:04|71|77|88|89)(?![\d.,:/-]|人|名|件|円|回|年)"
        ),
        _short_number,
        (
            ("188番", "イチハチハチ番"),
            ("消費者ホットライン「188」へ", "消費者ホットライン「イチハチハチ」へ"),
            ("局番なしの188に", "局番なしのイチハチハチに"),
            ("迷わず188に電話を", "迷わずイチハチハチに電話を"),
            ("参加者は188人", "参加者は188人"),
        ),
    ),
    Rule(
        "110番",
        re.compile(r"(?<![\d第.,-])(?:百十|110)番(?![地目号線])"),
        "ヒャクトー番",
        (("すぐに百十番を", "すぐにヒャクトー番を"), ("少年相談110番", "少年相談ヒャクトー番")),
    ),
)
