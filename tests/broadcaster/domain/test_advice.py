"""What staff are advised while they write, and what the town makes a rule of it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.advice import (
    Advice,
    advise,
    missing,
    named_days,
    relative_days,
    relative_months,
    relative_weeks,
)
from broadcaster.domain.draft import Draft, DraftError, check, compose, contact_of, correct
from broadcaster.domain.town import Element, Place, Rules
from broadcaster.settings import CategoriesFile, HardWordsFile
from kokuchi.configuration import load
from kokuchi.wire import Contact
from tests.broadcaster.examples import DESK, EVERYONE, NOW, ROSTER, TOWN

CONFIG = Path(__file__).resolve().parents[3] / "config"
SHIPPED = TOWN.model_copy(
    update={
        "categories": load(CategoriesFile, CONFIG / "categories.toml", {}).categories,
        "areas": (*TOWN.areas, Place(id="sapinai", name="札比内地区")),
        "hard_words": load(HardWordsFile, CONFIG / "hard_words.toml", {}).words,
    }
)
GOOD = "本日午前10時ごろ、町内で不審な電話がありました。電話を切って、役場に相談してください。"
NO_TIME = "町内で不審な電話がありました。電話を切って、役場に相談してください。"
FRAUD_LINE = Contact(name="消費者ホットライン", telephone="188")


def advice_on(body: str, headline: str = "お知らせ", category: str = "awareness_event") -> list[str]:
    return [advice.japanese for advice in advise(headline, body, category, DESK, SHIPPED)]


@pytest.mark.parametrize("category", SHIPPED.categories, ids=lambda category: category.id)
def test_a_template_that_is_filled_in_needs_no_advice(category) -> None:  # type: ignore[no-untyped-def] # a parameter
    headline, body = (re.sub("[〔〕]", "", text).strip() for text in (category.headline, category.body))
    assert advise(headline, body, category.id, contact_of(category, SHIPPED), SHIPPED) == []


@pytest.mark.parametrize(
    ("headline", "body"),
    [
        (
            "還付金詐欺に注意",
            "昨夜、町内で「医療費が戻る」という電話がありました。電話を切って、家族に相談してください。",
        ),
        ("不審な訪問に注意", "11月24日の午後3時ごろ、北地区で水道の点検を名乗る人が来ました。家に入れないでください。"),
        ("断水のお知らせ", "11月30日の午前9時から正午まで、札比内で水道が止まります。水をくんでおいてください。"),
        ("通行止め", "ただいま国道275号は、雪のため通行止めです。回り道をお願いします。"),
        ("ごみの収集", "3連休の間、町内のごみの収集は休みます。火曜日に出してください。"),
        ("講座のお知らせ", "来週の月曜日、役場前の会館で講座を開きます。お気軽にお越しください。"),
        ("クマに注意", "今朝6時ごろ、市街地区の公園付近でクマを見た人がいます。外に出るのは控えてください。"),
        ("大雪のおそれ", "今夜から明日の朝にかけて、道央で大雪になるおそれがあります。早めに帰りましょう。"),
        ("迷い人", "きょうの昼すぎから、80さいの男性が自宅にもどっていません。見かけたら役場に知らせてください。"),
        ("停電", "現在、南地区で停電しています。懐中電灯を使い、火事に気をつけてください。"),
        ("食中毒", "先週から、全道で食中毒がふえています。肉はよく焼いて食べましょう。"),
        ("健康診断", "12月5日(土)、多目的研修センターで健康診断をします。申し込みはいりません。"),
        ("投票", "日曜日は町議会議員の投票日です。役場の1階で投票できます。ぜひお越しください。"),
        ("火事", "午後8時40分ごろ、月形町市北で火事がありました。近くの方は窓を閉めてください。"),
        ("除雪", "あす未明から、町道の雪をどけます。車を道路に止めないでください。"),
        ("車上ねらい", "このところ、役場の駐車場で車上ねらいが続いています。車にかぎをかけてください。"),
        ("点検商法", "十一月二十日、町内の数軒に、屋根の点検をすすめる業者が来ました。その場で契約しないでください。"),
        ("バス", "年末年始は、町内のバスが休みます。ご注意ください。"),
        ("給水", "13:00から、小学校で水を配ります。入れ物を持ってきてください。"),
        (
            "見つかりました",
            "きのうお知らせした男性は、町内で無事に見つかりました。ご協力をありがとうございました。ご安心ください。",
        ),
        (
            "灯油の価格",
            "今月は、灯油の助けになるお金の申し込みを、役場の窓口で受けつけています。役場に電話してください。",
        ),
    ],
)
def test_what_a_town_would_write_gives_no_false_alarm(headline: str, body: str) -> None:
    assert advice_on(body, headline) == []


def test_a_time_that_is_missing_is_asked_for() -> None:
    assert advice_on(NO_TIME) == ["いつのことかを書いてください（例: 本日午前10時ごろ）。"]


@pytest.mark.parametrize(
    "body",
    [
        "町内で、8日以内なら契約を取り消せます。役場に相談してください。",
        "町内で不審な電話が続いています。すぐに役場に相談してください。",
        "町内で2時間も居すわる業者がいます。役場に相談してください。",
    ],
)
def test_what_only_looks_like_a_time_is_none(body: str) -> None:
    assert missing("お知らせ", body, "awareness_event", DESK, SHIPPED) == [Element.WHEN]


@pytest.mark.parametrize(
    "body",
    [
        "本日午前10時ごろ、不審な電話がありました。電話を切って、役場に相談してください。",
        "本日、市役所の職員を名乗る電話がありました。消費生活センターに相談してください。",
        "本日、役場の職員を名乗る電話がありました。家族に知らせてください。",
    ],
)
def test_an_office_that_is_named_is_no_place_where_it_happened(body: str) -> None:
    assert missing("お知らせ", body, "awareness_event", DESK, SHIPPED) == [Element.WHERE]


def test_what_to_do_is_asked_for() -> None:
    body = "本日午前10時ごろ、町内で不審な電話がありました。"
    assert advice_on(body) == ["何をすればよいかを書いてください（例: 電話を切って、役場に相談してください）。"]


def test_nothing_is_missing_from_a_template_whose_gaps_stand_or_from_an_empty_form() -> None:
    assert advice_on("〔いつ〕、〔どこ〕で。") == []
    assert advice_on("", "") == []


@pytest.mark.parametrize("category", ["scam", "consumer_harm"])
def test_a_warning_of_fraud_names_188_or_the_desk(category: str) -> None:
    police = Contact(name="警察相談専用電話", telephone="#9110")
    assert missing("", GOOD, category, police, SHIPPED) == [Element.CONTACT]
    assert missing("", GOOD, category, FRAUD_LINE, SHIPPED) == []
    assert missing("", GOOD, category, DESK, SHIPPED) == []
    assert missing("", f"{GOOD}電話は１８８番です。", category, police, SHIPPED) == []
    assert missing("", f"{GOOD}役場は{DESK.telephone}です。", category, police, SHIPPED) == []
    assert missing("", f"{GOOD}電話は0126-53-1880です。", category, police, SHIPPED) == [Element.CONTACT]
    assert missing("", GOOD, "suspicious_person", police, SHIPPED) == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("参加できないわけではありません。", "ないわけではありません"),
        ("詐欺でないとは言えません。", "ないとは言えません"),
        ("中止せざるを得ません。", "ざるを得ません"),
        ("だまされない人はいません。", "ない人はいません"),
        ("危険がなくはありません。", "がなくはありません"),
        ("予約なしでは入れません。", "なしでは入れません"),
    ],
)
def test_a_double_negation_is_told_with_its_words(sentence: str, words: str) -> None:
    (advice,) = advise("", GOOD + sentence, "scam", DESK, SHIPPED)
    assert advice.words == (words,)
    assert "二重の打ち消し" in advice.japanese


@pytest.mark.parametrize(
    "sentence",
    ["被害は少なくありません。", "申し込みはいりません。", "お金を渡さないでください。", "心配はありません。"],
)
def test_a_single_negation_is_left_alone(sentence: str) -> None:
    assert advice_on(GOOD + sentence) == []


def test_a_sentence_over_60_characters_is_told_with_its_length() -> None:
    long = "本日町内で" + "あ" * 51 + "です。" + "電話してください。"
    assert advice_on(long) == []
    (advice,) = advise("", long.replace("です。", "でした、"), "awareness_event", DESK, SHIPPED)
    assert advice == Advice(
        "body",
        "「本日町内であああああああ…」の文が68文字あります。60文字以内の文に分けてください。",
        ("本日町内で" + "あ" * 51 + "でした、電話してください",),
    )


def test_a_hard_word_is_told_once_with_a_plainer_one() -> None:
    assert advice_on(GOOD + "架電があれば架電元を控えてください。", "施錠のお願い") == [
        "「施錠」は、「かぎをかける」のような、やさしい言葉にかえてください。",
        "「架電」は、「電話」のような、やさしい言葉にかえてください。",
    ]
    assert advise("", GOOD + "架電です。", "scam", DESK, TOWN) == []


def test_a_text_over_300_characters_or_120_seconds_is_told_to_be_long() -> None:
    body = GOOD + "そうです。" * 60
    assert advice_on(body) == [f"本文が{len(body)}文字あります。300文字以内にすると、聞きとりやすくなります。"]
    assert advise("", GOOD, "scam", DESK, SHIPPED, seconds=120) == []
    (long,) = advise("", GOOD, "scam", DESK, SHIPPED, seconds=131.2)
    assert long.japanese.startswith("放送に約131秒かかります。")


def test_what_the_town_requires_keeps_an_alert_from_being_sent() -> None:
    strict = TOWN.model_copy(update={"rules": Rules(required=frozenset({Element.WHEN}))})
    draft = Draft("awareness_event", "お知らせ", NO_TIME, EVERYONE)
    assert check(draft, TOWN, ROSTER) == []
    (problem,) = check(draft, strict, ROSTER)
    assert (problem.field, problem.japanese[:10]) == ("body", "いつのことかを書いて")
    assert "does not say when" in problem.english
    assert check(replace(draft, body=GOOD), strict, ROSTER) == []
    assert [problem.japanese for problem in check(replace(draft, body=""), strict, ROSTER)] == [
        "本文を入力してください。"
    ]


def test_a_correction_keeps_to_the_rules_too() -> None:
    strict = TOWN.model_copy(update={"rules": Rules(required=frozenset({Element.WHEN}))})
    alert = compose(Draft("awareness_event", "お知らせ", GOOD, EVERYONE), strict, ROSTER, NOW)
    with pytest.raises(DraftError, match="does not say when"):
        correct(alert, "お知らせ", NO_TIME, strict, NOW)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("本日と昨日、明日の朝", {"本日": 0, "昨日": -1, "明日": 1}),
        ("明後日、一昨日", {"明後日": 2, "一昨日": -2}),
        ("きょう、あす、きのう、けさ", {"きょう": 0, "あす": 1, "きのう": -1, "けさ": 0}),
        ("11月24日の毎日のえいきょう、先日の明日香さん、だけさける、あすか、きょうと", {}),
    ],
)
def test_a_day_that_depends_on_when_a_text_is_spoken_is_found(text: str, days: dict[str, int]) -> None:
    assert relative_days("お知らせ", text) == days


def test_a_week_or_a_month_that_depends_on_when_a_text_is_spoken_is_found() -> None:
    text = "今週と来週、再来週、先週。今月、来月、再来月、先々月。月形町の先月形の毎週と毎月。"
    assert relative_weeks("先々週", text) == {"先々週": -2, "先週": -1, "今週": 0, "来週": 1, "再来週": 2}
    assert relative_months("お知らせ", text) == {"今月": 0, "来月": 1, "再来月": 2, "先々月": -2}


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(-150, 150))
def test_a_day_without_its_year_is_the_nearest_one(written_on: date, ahead: int) -> None:
    meant = written_on + timedelta(days=ahead)
    word = f"{meant.month}月{meant.day}日"
    assert named_days("お知らせ", f"{word}に開きます。", written_on) == {word: meant}
    assert named_days("", "111月3日、13月1日、2月30日、0月1日", written_on) == {}
