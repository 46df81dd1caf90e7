"""What would make a text better understood. It is advice and keeps nothing from being sent, but for the town's rules.

The time is what warnings lack most often: of 829 real ones 58 % had it. Short sentences, no double negation and plain
words are the rules of やさしい日本語 (2020).
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from broadcaster.domain.texts import Problem
from broadcaster.domain.town import Element, Town
from kokuchi.wire import Contact

ADVISED_BODY = 300
"""Over this many characters staff are told that the text is long (a commercial system's limit; field.md)."""

ADVISED_SENTENCE = 60
"""Over this many characters a sentence is called long."""

ADVISED_SECONDS = 120
"""Over this many seconds of sound staff are told that it is long (a Canadian guide's limit; field.md)."""

CONSUMER_HOTLINE = "188"

_ABOUT_FRAUD = frozenset({"scam", "consumer_harm"})
_LONGEST_QUOTE = 12


@dataclass(frozen=True)
class Advice:
    """What to do about one field, in a sentence, and the words of the text that it is about, if any."""

    field: str
    japanese: str
    words: tuple[str, ...] = ()


_ADVICE = {
    Element.WHEN: "いつのことかを書いてください（例: 本日午前10時ごろ）。",
    Element.WHERE: "どこのことかを書いてください（例: 町内、北地区の国道ぞい）。",
    Element.ACTION: "何をすればよいかを書いてください（例: 電話を切って、役場に相談してください）。",
    Element.CONTACT: "相談先として、消費者ホットライン188か役場の電話番号を書いてください。",
}

_ENGLISH = {
    Element.WHEN: "does not say when, which the town requires",
    Element.WHERE: "does not say where, which the town requires",
    Element.ACTION: "does not say what to do, which the town requires",
    Element.CONTACT: "names neither 188 nor the town's desk, which the town requires",
}

# 「8日以内」 and 「2時間」 are spans, not times; 「しています」 has いま in it.
_WHEN = re.compile(
    r"\d+月|\d+日(?!以内|間|分)|\d+時(?!間)|[一二三四五六七八九十]+(?:日(?!以内|間|分)|時(?!間|的))|曜|令和|(?:\d{4}|今|来|昨|去)年"
    r"|\d+(?:分|時間|日|週間|か月)(?:ほど)?(?:前|後)|\d{1,2}:\d{2}|\d{1,2}/\d{1,2}"
    r"|[本今昨明翌当前近先毎]日|きょう(?!う)|きのう|[昨今明毎]晩|昨夜|今夜|今夕|[今毎明]朝|けさ|あす(?!か)|あした|あさって|おととい"
    r"|[今先来毎]週|[今先来毎]月|週末|平日|休日|連休|年末|年始|正月|お盆|祝日|未明|早朝|明け方|昼|夕方|夜|深夜|午前|午後|正午"
    r"|現在|ただ今|ただいま|たった今|今(?:も|は|、)|(?:^|[、。])いま(?:も|は|、)|最近|このところ|このごろ|先ほど|さきほど|さっき"
    r"|相次いで|春|夏|秋|冬(?!囲)"
)
_WHERE = re.compile(
    r"[町村市区道県管]内|地内|地[区域](?!包括)|全[域戸町道国]|[各ご]家庭|自宅|お宅|住宅|家(?!族)|付近|周辺|近く|近所|沿い|ぞい|方面|交差点|[町村市]道"
    r"|国道|道道|県道|道路|高速|駅|橋|川|公園|墓地|林|農地|畑|丁目|番地|号線|[0-9一-龠ァ-ヶ][町村市](?![役長民職内])|北海道|道央|全国|会場|場所|そば|前の"
    r"|(?:役場|庁舎|センター|会館|公民館|校|園|館|店|病院|局|ホール|体育館|寺|神社|所|場)"
    r"(?:で|前|内|付近|\d|[のがは]?(?:駐車場|ホール|会議室|ロビー|玄関|窓口|\d)|にて|に(?:集|お集|お越|お持|避難|来)|を(?:会場|閉鎖|休)|は(?:休|閉))"
)
_ACTION = re.compile(
    r"ください|下さい|ましょう|お?願い|願います|控え|しないこと|すること|やめて|お待ちしています|必要は?(?:ない|ありません)|いりません"
    r"|ご(?:参加|利用|協力|相談|連絡|注意|安心|覧)(?:を|ください)|お(?:越し|気軽)"
)
_DOUBLE_NEGATION = re.compile(
    r"な(?:い|かった)(?:わけ|こと|もの|の)(?:では|じゃ|でも|も|は)(?:ない|ありません|なかった)"
    r"|[^少]なく(?:は|も)(?:ない|ありません)"
    r"|ないと(?:は|も)(?:言え|いえ|限ら|かぎら)(?:ない|ません)"
    r"|ざるを得(?:ない|ません)|ざるをえ(?:ない|ません)"
    r"|ずには(?:いられ|おけ|おか|すま|済ま)(?:ない|ません)"
    r"|ない(?:人|方|者|家庭|世帯)は(?:いない|いません|ない|ありません)"
    r"|ない(?:はず|わけ)(?:が|は)(?:ない|ありません)"
    r"|なしに?(?:で)?は[^。、]{1,12}(?:ません|できない|ない)"
)
_SENTENCE_END = re.compile(r"[。！？!?\n]")
# 「えいきょう」, 「だけさける」 and 「あすか」 name no day.
_RELATIVE_DAYS = {
    re.compile("一昨日|おととい"): -2,
    re.compile("(?<!一)昨日|昨[夜晩]|きのう"): -1,
    re.compile("[本今]日|今[朝夕夜晩]|(?<![んういこ])きょう(?![うと])|(?<!だ)けさ"): 0,
    re.compile("明日(?!香)|明[朝晩]|あす(?![かけこな])|あした"): 1,
    re.compile("明後日|あさって"): 2,
}
_NAMED_DAY = re.compile(r"(?<!\d)((\d{1,2})月(\d{1,2})日)")
_RELATIVE_WEEKS = {
    re.compile("先々週"): -2,
    re.compile("先週"): -1,
    re.compile("今週"): 0,
    re.compile("(?<!再)来週"): 1,
    re.compile("再来週"): 2,
}
# The town of the model is 月形町: 来月形 has nothing of 来月.
_RELATIVE_MONTHS = {
    re.compile("先々月(?!形)"): -2,
    re.compile("先月(?!形)"): -1,
    re.compile("今月(?!形)"): 0,
    re.compile("(?<!再)来月(?!形)"): 1,
    re.compile("再来月(?!形)"): 2,
}


def missing(headline: str, body: str, category: str, contact: Contact, town: Town) -> list[Element]:
    """Return what the text does not tell. `contact` is whom the alert says to call anyway."""
    text = unicodedata.normalize("NFKC", f"{headline}\n{body}")
    return [element for element in Element if not _has(element, text, category, contact, town)]


def check_rules(headline: str, body: str, category: str, contact: Contact, town: Town) -> list[Problem]:
    """Return what the town's own rules keep from being sent."""
    return [
        Problem("body", _ADVICE[element], _ENGLISH[element])
        for element in missing(headline, body, category, contact, town)
        if element in town.rules.required
    ]


def advise(
    headline: str, body: str, category: str, contact: Contact, town: Town, *, seconds: float | None = None
) -> list[Advice]:
    """Return what would make the text better, the most important first; `seconds` is how long it sounds, if known.

    What is missing is told once the template's 〔 〕 are filled in, since they ask for it themselves.
    """
    found: list[Advice] = []
    if body.strip() and not any(bracket in headline + body for bracket in "〔〕"):
        lacks = missing(headline, body, category, contact, town)
        found += [Advice("body", _ADVICE[element]) for element in lacks]
    for field, text in (("headline", headline), ("body", body)):
        found += [*_double_negations(field, text), *_long_sentences(field, text), *_hard_words(field, text, town)]
    length = len(body.strip())
    if length > ADVISED_BODY:
        found.append(
            Advice("body", f"本文が{length}文字あります。{ADVISED_BODY}文字以内にすると、聞きとりやすくなります。")
        )
    if seconds is not None and seconds > ADVISED_SECONDS:
        found.append(
            Advice("body", f"放送に約{seconds:.0f}秒かかります。{ADVISED_SECONDS}秒以内になるように短くしてください。")
        )
    return found


def relative_days(headline: str, body: str) -> dict[str, int]:
    """Return the words, such as 「明日」, whose day depends on when they are spoken, with how many days after that."""
    return _found(_RELATIVE_DAYS, headline, body)


def relative_weeks(headline: str, body: str) -> dict[str, int]:
    """Return the words, such as 「来週」, whose week depends on it too, with how many weeks after that one."""
    return _found(_RELATIVE_WEEKS, headline, body)


def relative_months(headline: str, body: str) -> dict[str, int]:
    """Return the words, such as 「今月」, whose month depends on it too, with how many months after that one."""
    return _found(_RELATIVE_MONTHS, headline, body)


def named_days(headline: str, body: str, written_on: date) -> dict[str, date]:
    """Return the days that a text names, such as 「11月30日」; without a year it is the one nearest to `written_on`."""
    text = unicodedata.normalize("NFKC", f"{headline}\n{body}")
    named = {}
    for word, month, day in _NAMED_DAY.findall(text):
        years = (written_on.year - 1, written_on.year, written_on.year + 1)
        # 2月30日 is none, and 2月29日 not one of every year.
        meant = [date(year, int(month), int(day)) for year in years if _is_day(year, int(month), int(day))]
        if meant:
            named[word] = min(meant, key=lambda one: abs(one - written_on))
    return named


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _found(meanings: Mapping[re.Pattern[str], int], headline: str, body: str) -> dict[str, int]:
    text = f"{headline}\n{body}"
    return {word: distance for pattern, distance in meanings.items() for word in pattern.findall(text)}


def _has(element: Element, text: str, category: str, contact: Contact, town: Town) -> bool:
    match element:
        case Element.WHEN:
            return bool(_WHEN.search(text))
        case Element.WHERE:
            return bool(_WHERE.search(text)) or any(name in text for name in _area_names(town))
        case Element.ACTION:
            return bool(_ACTION.search(text))
        case Element.CONTACT:
            return category not in _ABOUT_FRAUD or _is_told_whom_to_call(text, contact, town)


def _area_names(town: Town) -> Iterator[str]:
    for area in town.areas:
        yield area.name
        # 札比内地区 is 札比内 to everybody; what is left of 北地区 means nothing.
        bare = re.sub("(?:行政|地)?区$", "", area.name)
        if len(bare) > 1:
            yield bare


def _is_told_whom_to_call(text: str, contact: Contact, town: Town) -> bool:
    if contact.telephone in (CONSUMER_HOTLINE, town.desk.telephone):
        return True
    number = re.compile(rf"(?<!\d)(?:{CONSUMER_HOTLINE}|{re.escape(town.desk.telephone)})(?!\d)")
    return bool(number.search(text))


def _double_negations(field: str, text: str) -> Iterator[Advice]:
    for match in _DOUBLE_NEGATION.finditer(text):
        yield Advice(
            field,
            f"「{match[0]}」は、二重の打ち消しです。「できます」「あります」のように言いきってください。",
            (match[0],),
        )


def _long_sentences(field: str, text: str) -> Iterator[Advice]:
    for sentence in map(str.strip, _SENTENCE_END.split(text)):
        if len(sentence) > ADVISED_SENTENCE:
            quoted = sentence[:_LONGEST_QUOTE]
            yield Advice(
                field,
                f"「{quoted}…」の文が{len(sentence)}文字あります。{ADVISED_SENTENCE}文字以内の文に分けてください。",
                (sentence,),
            )


def _hard_words(field: str, text: str, town: Town) -> Iterator[Advice]:
    if not town.hard_words:
        return
    longest_first = sorted(town.hard_words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    for word in dict.fromkeys(pattern.findall(text)):
        plainer = town.hard_words[word]
        yield Advice(field, f"「{word}」は、「{plainer}」のような、やさしい言葉にかえてください。", (word,))
