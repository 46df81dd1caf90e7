"""What Open JTalk reads wrongly in a town's messages, one rule each, with examples that are its tests.

The rules run in this order. A replacement by katakana is said as it stands; it also ends the word before it, which is
why a person's 方 becomes カタ and not かた: 「かたは」 would be taken for a noun.
"""

import re

from kokuchi.voice.rewriting import Rule
from kokuchi.voice.telephone import spoken_telephone


def _telephone(match: re.Match[str]) -> str:
    return spoken_telephone("-".join(re.findall(r"\d+", match[0])))


def _short_number(match: re.Match[str]) -> str:
    return spoken_telephone(match[0].replace("♯", "#"))


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def _date(match: re.Match[str]) -> str:
    year = f"{match['year']}年" if match["year"] else ""
    return f"{year}{int(match['month'])}月{int(match['day'])}日"


_HYPHEN = "[-‐‑–−]"
_PEOPLE = (
    "歳|才|以上|以下|未満|者|族|性|高齢|世帯|町民|町内|町外|住民|在住|会員|希望|予定|対象|該当|以外|関係|障害|障がい|多く|全て|すべて|次|中|"
    "お困り|お持ち|お住まい|お住い|お越し|お使い|お考え|お連れ|暮らし|ご覧|ご存じ|ご利用|心当たり"
)
_AFTER_PERSON = r"(?=[はもをにへとで、。・（(]|が(?!い|よ|良|望|安|早|無|確)|から|まで|のみ|だけ|の|$)"
_TOWNS = (
    "月形|当別|新十津川|浦臼|奈井江|栗山|長沼|南幌|由仁|上砂川|雨竜|北竜|秩父別|妹背牛|沼田"  # 空知・石狩 and around
)

RULES: tuple[Rule, ...] = (
    Rule(
        "web address",
        re.compile(
            r"(?:ホームページ\s*(?::\s*|(?P<bracket>[(（]))?)?"
            r"(?:https?://|www\.)[A-Za-z0-9_!#$%&*+,./:;=?@~-]+(?(bracket)[)）]?)"
        ),
        "ホームページ",
        (
            ("詳しくはhttps://www.town.tsukigata.hokkaido.jp/をご覧ください", "詳しくはホームページをご覧ください"),
            ("町ホームページ（https://example.jp/a?b=1）で確認", "町ホームページで確認"),
        ),
    ),
    Rule(
        "mail address",
        re.compile(
            r"(?:メール(?:アドレス)?|E-?mail)?\s*:?\s*[A-Za-z0-9_.+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+",
            re.IGNORECASE,
        ),
        "メール",
        (("メール：soumu@town.example.jpまで", "メールまで"), ("soumu@example.jpへ連絡を", "メールへ連絡を")),
    ),
    Rule(
        "circles for a name left out",
        re.compile(r"[○◯](?=[○◯])|(?<=[〇○◯])[○◯]"),
        "〇",
        (("○○さん", "〇〇さん"),),
    ),
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
        "telephone number",
        re.compile(
            rf"(?<![\d-])(?:0\d{{1,4}}(?:{_HYPHEN}\d{{1,4}}{_HYPHEN}|[(（]\d{{1,4}}[)）])\d{{3,4}}"
            rf"|\d{{2}}{_HYPHEN}\d{{4}})(?![\d-])"
        ),
        _telephone,
        (
            ("0126-53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
            ("０１２６（５３）２３２１", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
        ),
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
            r"(?<![\d.,:/-])(?:(?<=電話)|(?<=ダイヤル)|(?<=ライン)|(?<=ダイヤル[「（(])|(?<=ライン[「（(])|(?<=局番なしの)"
            r"|(?=\d{3}番(?![地目号線])))1(?:71|88|89)(?![\d.,:/-])"
        ),
        _short_number,
        (
            ("188番", "イチハチハチ番"),
            ("消費者ホットライン「188」へ", "消費者ホットライン「イチハチハチ」へ"),
            ("局番なしの188に", "局番なしのイチハチハチに"),
            ("参加者は188人", "参加者は188人"),
        ),
    ),
    Rule(
        "百十番",
        re.compile(r"百十番(?![地目号線])"),
        "ヒャクトー番",
        (("すぐに百十番を", "すぐにヒャクトー番を"),),
    ),
    Rule(
        "time with a colon",
        re.compile(r"(?<![\d:/])([01]?\d|2[0-9]):([0-5]\d)(?![\d:])"),
        _clock,
        (("10:30", "10時30分"), ("午前9:05開始", "午前9時5分開始"), ("13：00", "13時")),
    ),
    Rule(
        "zero minutes",
        re.compile(r"(?<=\d時)0{1,2}分"),
        "",
        (("10時00分", "10時"),),
    ),
    Rule(
        "date with strokes",
        re.compile(
            r"(?<![\d/.])(?:(?P<year>\d{4})/)?(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])"
            r"(?![\d/]|の確率|以[上下]|程度|ずつ)"
        ),
        _date,
        (
            ("11/23", "11月23日"),
            ("11/23(月)", "11月23日(月)"),
            ("2026/1/5", "2026年1月5日"),
            ("1/3程度", "1/3程度"),
        ),
    ),
    Rule(
        "temperature below zero",
        re.compile(r"(?<![\dA-Za-z])[-−‐–]\s*(\d+(?:\.\d+)?)\s*(?:℃|°C|度)"),
        r"マイナス\1度",
        (("−5℃", "マイナス5度"), ("最低気温は－12.5度", "最低気温はマイナス12.5度")),
    ),
    Rule(
        "wave between two ends",
        re.compile(r"(?<=[\d時分日月年歳円回人名番)）])\s*[〜～~]\s*"),
        "から",
        (
            ("10:00～15:00", "10時から15時"),
            ("1〜3人", "1から3人"),
            ("11/23(月)~11/25(水)", "11月23日(月)から11月25日(水)"),
            ("18時〜", "18時から"),
        ),
    ),
    Rule(
        "colon after a heading",
        re.compile(r"(?<!\d)\s*[:：]\s*|\s*[:：]\s*(?!\d)"),
        "、",
        (("日時：11月23日", "日時、11月23日"), ("場所: 役場", "場所、役場")),
    ),
    Rule(
        "prefectural road",
        re.compile(r"道道(?=\s*\d|[^\s。、道]{1,14}線)"),
        "ドードー",
        (("道道11号", "ドードー11号"), ("道道月形厚田線", "ドードー月形厚田線")),
    ),
    Rule(
        "persons",
        re.compile(r"(?<=[のなたるいう])方々"),
        "カタガタ",
        (("高齢の方々へ", "高齢のカタガタへ"),),
    ),
    Rule(
        "person after a verb or an adjective",
        re.compile(rf"(?<=[いただるなうくすつむぶぐ])方{_AFTER_PERSON}"),
        "カタ",
        (
            ("不審な方を見かけたら", "不審なカタを見かけたら"),
            ("受け取った方は", "受け取ったカタは"),
            ("心当たりのない方へ", "心当たりのないカタへ"),
            ("避難した方がよい", "避難した方がよい"),
            ("支払い方法", "支払い方法"),
        ),
    ),
    Rule(
        "person after a word for people",
        re.compile(rf"({_PEOPLE})の方{_AFTER_PERSON}"),
        r"\1のカタ",
        (
            ("70歳の方は", "70歳のカタは"),
            ("65歳以上の方が対象", "65歳以上のカタが対象"),
            ("お困りの方へ", "お困りのカタへ"),
            ("札幌の方へ", "札幌の方へ"),
        ),
    ),
    Rule(
        "人気 of a place",
        re.compile(r"人気(?=の(?:ない|無い|少ない)|(?:が|も)(?:ない|無い|少ない)(?:道|場所|所|ところ|夜道|路地))"),
        "ヒトケ",
        (("人気のない道", "ヒトケのない道"), ("人気の商品", "人気の商品")),
    ),
    Rule(
        "何人か",
        re.compile(r"何人(?=か|も)"),
        "ナンニン",
        (("何人か", "ナンニンか"),),
    ),
    Rule(
        "names of towns",
        re.compile(rf"({_TOWNS})町(?![内長民議立営道])"),
        r"\1チョウ",
        (("月形町", "月形チョウ"), ("新十津川町役場", "新十津川チョウ役場"), ("月形町長", "月形町長")),
    ),
    Rule(
        "詐欺盗",
        re.compile("詐欺盗"),
        "サギトー",
        (("詐欺盗に注意", "サギトーに注意"),),
    ),
    Rule(
        "皆楽公園",
        re.compile("皆楽"),
        "カイラク",
        (("皆楽公園", "カイラク公園"),),
    ),
    Rule(
        "月ヶ岡",
        re.compile("月[ヶケが]岡"),
        "ツキガオカ",
        (("月ヶ岡", "ツキガオカ"),),
    ),
)
