"""Days, and the weekdays beside them."""

import re

from kokuchi.voice.rewriting import Rule

_ERAS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_WEEKDAY = "[月火水木金土日]"
_HOLIDAY = {"祝": "祝日", "休": "休日", "振": "振替休日"}


def _date(match: re.Match[str]) -> str:
    year = f"{match['year']}年" if match["year"] else ""
    return f"{year}{int(match['month'])}月{int(match['day'])}日"


def _era_date(match: re.Match[str]) -> str:
    return f"{_ERAS[match['era']]}{int(match['year'])}年{int(match['month'])}月{int(match['day'])}日"


def _era_year(match: re.Match[str]) -> str:
    return f"{_ERAS[match[1]]}{match[2]}"


def _weekday(match: re.Match[str]) -> str:
    day = f"{match['weekday']}曜日" if match["weekday"] else ""
    holiday = _HOLIDAY[match["holiday"][0]] if match["holiday"] else ""
    return day + ("、" if day and holiday else "") + holiday


RULES = (
    Rule(
        "fraction",
        re.compile(
            r"(?<![\d/.])([1-9])/([2-9]|10)(?=の(?:補助|助成|額|量|割合|人|確率)|以内|以上|以下|程度|ずつ|補助|助成|相当)"
        ),
        r"\2分の\1",
        (("1/3程度", "3分の1程度"), ("2/3以内", "3分の2以内")),
    ),
    Rule(
        "fraction after its name",
        re.compile(r"((?:補助率|助成率|割合|負担|費用の)[^\d]{0,3})([1-9])/([2-9]|10)(?![\d/])"),
        r"\1\3分の\2",
        (("補助率1/2", "補助率2分の1"),),
    ),
    Rule(
        "date of an era",
        re.compile(rf"(?<![A-Za-z])(?P<era>[RHSTM])(?P<year>\d{{1,2}})[./-]{_MONTH}[./-]{_DAY}(?![\d.])"),
        _era_date,
        (("R8.11.23", "令和8年11月23日"), ("H30/9/6", "平成30年9月6日")),
    ),
    Rule(
        "year of an era",
        re.compile(r"(?<![A-Za-z])([RHS])(\d{1,2}|元)(?=年)"),
        _era_year,
        (("R8年度", "令和8年度"),),
    ),
    Rule(
        "date with points or hyphens",
        re.compile(rf"(?<![\d.-])(?P<year>(?:19|20)\d\d)([.-]){_MONTH}\2{_DAY}(?![\d.-])"),
        _date,
        (("2026.11.23", "2026年11月23日"), ("2026-11-23", "2026年11月23日")),
    ),
    Rule(
        "date with strokes",
        re.compile(
            rf"(?<![\d/.])(?:(?P<year>\d{{4}})/)?{_MONTH}/{_DAY}"
            r"(?![\d/])"
        ),
        _date,
        (
            ("11/23", "11月23日"),
            ("11/23(月)", "11月23日月曜日"),
            ("2026/1/5", "2026年1月5日"),
        ),
    ),
    Rule(
        "weekday in brackets",
        re.compile(
            rf"(?<=日)\s*[(（]\s*(?P<weekday>{_WEEKDAY})(?:曜日?)?\s*"
            r"(?:[・,、/／.]?\s*(?P<holiday>祝日?|休日?|振替(?:休日)?))?\s*[)）]"
        ),
        _weekday,
        (
            ("11月23日(月)", "11月23日月曜日"),
            ("11月23日（月・祝）", "11月23日月曜日、祝日"),
            ("12月1日（火曜）まで", "12月1日火曜日まで"),
        ),
    ),
    Rule(
        "weekday in brackets after a bare number",
        re.compile(rf"(?<=\d)\s*[(（](?P<weekday>{_WEEKDAY})(?:曜日?)?(?:[・,、]?(?P<holiday>祝日?|休日?))?[)）]"),
        lambda match: "日" + _weekday(match),
        (("11月25日(土)・26(日)", "11月25日土曜日・26日日曜日"),),
    ),
    Rule(
        "holiday in brackets",
        re.compile(r"(?<=日)\s*[(（](?P<weekday>)(?P<holiday>祝日?|休日)[)）]"),
        _weekday,
        (("11月23日(祝)は休み", "11月23日祝日は休み"),),
    ),
    Rule(
        "from weekday to weekday",
        re.compile(
            rf"(?<![年ヶか\d一-鿿])[(（]?({_WEEKDAY})(?:曜日?)?[)）]?\s*[〜～~ー-]\s*[(（]?({_WEEKDAY})(?:曜日?)?[)）]?"
            r"(?=[のはにをで、。・(（\s\d]|午|朝|夜|$)"
        ),
        r"\1曜日から\2曜日",
        (("月～金の8時", "月曜日から金曜日の8時"), ("(月)〜(金)", "月曜日から金曜日")),
    ),
    Rule(
        "Saturdays and Sundays",
        re.compile(r"土[・、]\s*日(?:曜日?)?[・、]?(?=祝|を|は|の|に|も|休)"),
        "ドニチ、",
        (("土・日・祝日", "ドニチ、祝日"),),
    ),
    Rule(
        "Saturdays, Sundays and holidays",
        re.compile(r"土日祝(?!日)"),
        "ドニチ、祝日",
        (("土日祝は休み", "ドニチ、祝日は休み"),),
    ),
    Rule(
        "three weekdays",
        re.compile(rf"(?<![一-鿿\d・])({_WEEKDAY})[・、]({_WEEKDAY})[・、]({_WEEKDAY})(?:曜日?)?(?![一-鿿・、])"),
        r"\1曜日、\2曜日、\3曜日",
        (("火・木・土", "火曜日、木曜日、土曜日"),),
    ),
    Rule(
        "weekday with a dot",
        re.compile(rf"(?<![一-鿿\d])({_WEEKDAY})・({_WEEKDAY})曜日?"),
        r"\1曜日、\2曜日",
        (("月・木曜", "月曜日、木曜日"),),
    ),
    Rule("dated", re.compile(r"(?<=\d日)付け?(?=[のでにを、。]|$)"), "ヅケ", (("11月23日付けで", "11月23日ヅケで"),)),
)
