"""What comes out of the real engine for the texts that it used to read wrongly, and for those it must keep right."""

import pytest

from kokuchi.voice import Phrase, normalise, script_of
from kokuchi.voice.kana import Reader
from kokuchi.voice.rewriting import Rule
from kokuchi.voice.rules import RULES
from kokuchi.voice.rules.width import WIDTH
from kokuchi.voice.sentences import sentences
from kokuchi.voice.telephone import spoken_telephone
from kokuchi.wire import Level, MessageType, Status
from tests.voice.alerts import later_revision
from tests.voice.words import shipped

ALL_RULES = (WIDTH, *RULES)

reading = Reader(shipped()).reading


@pytest.mark.parametrize(
    ("written", "normalised"),
    [pytest.param(*example, id=f"{rule.name}-{example[0]}") for rule in ALL_RULES for example in rule.examples],
)
def test_each_rule_does_what_its_examples_say(written: str, normalised: str) -> None:
    assert normalise(written) == normalised


@pytest.mark.parametrize("rule", ALL_RULES, ids=[rule.name for rule in ALL_RULES])
def test_each_rule_has_examples_and_leaves_its_own_results_alone(rule: Rule) -> None:
    assert rule.examples
    assert all(normalise(normalised) == normalised for _, normalised in rule.examples)


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("月形町", "ツキガタチョー"),
        ("月形町からのお知らせ", "ツキガタチョーカラノオシラセ"),
        ("月形町役場", "ツキガタチョーヤクバ"),
        ("月形町長", "ツキガタチョーチョー"),
        ("月形町内", "ツキガタチョーナイ"),
        ("当別町", "トーベツチョー"),
        ("新十津川町", "シントツカワチョー"),
        ("森町", "モリマチ"),
        ("188番", "イチハチハチバン"),
        ("#9110", "シャープキューイチイチゼロ"),
        ("10:30", "ジュージサンジュップン"),
        ("10:00～15:00", "ジュージカラジューゴジ"),
        ("11/23", "ジューイチガツニジューサンニチ"),
        ("70歳の方は", "ナナジュッサイノカタワ"),
        ("不審な方を見かけたら", "フシンナカタヲミカケタラ"),
        ("札幌の方へ", "サッポロノホーエ"),
        ("人気のない道", "ヒトケノナイミチ"),
        ("人気の商品", "ニンキノショーヒン"),
        ("何人か", "ナンニンカ"),
        ("不審者が何人かいます", "フシンシャガナンニンカイマス"),
        ("道道11号", "ドードージューイチゴー"),
        ("−5℃", "マイナスゴド"),
        ("百十番", "ヒャクトーバン"),
        ("1〜3人", "イチカラサンニン"),
        ("詳しくはhttps://example.jp/をご覧ください", "クワシクワホームページヲゴランクダサイ"),
        ("メールsoumu@example.jpまで", "メールマデ"),
        ("☎℡㈱😀", "。"),
        ("詐欺盗", "サギトー"),
        ("皆楽公園", "カイラクコーエン"),
        ("月ヶ岡", "ツキガオカ"),
        ("○○さん", "マルマルサン"),
    ],
)
def test_what_was_read_wrongly_is_read_rightly(written: str, kana: str) -> None:
    assert reading(written) == kana


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("樺戸郡", "カバトグン"),
        ("知来乙", "チライオツ"),
        ("札比内", "サッピナイ"),
        ("還付金詐欺", "カンプキンサギ"),
        ("ATM", "エイティーエム"),
        ("110番", "ヒャクトーバン"),
        ("10時30分", "ジュージサンジュップン"),
        ("11月23日(月)", "ジューイチガツニジューサンニチゲツヨービ"),
        ("0126-53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
        ("65歳以上", "ロクジューゴサイイジョー"),
        ("3万円", "サンマンエン"),
        ("30,000円", "サンマンエン"),
        ("50％", "ゴジュッパーセント"),
        ("〇〇", "マルマル"),
        ("SMS", "エスエムエス"),
        ("警戒レベル4", "ケーカイレベルヨン"),
    ],
)
def test_what_was_right_stays_right(written: str, kana: str) -> None:
    assert reading(written) == kana


@pytest.mark.parametrize(
    ("number", "kana"),
    [
        ("0126-53-2321", "ゼロイチニーロク、ゴーサン、ニーサンニーイチ"),
        ("188", "イチハチハチ"),
        ("#9110", "シャープキューイチイチゼロ"),
        ("110", "ヒャクトー"),
    ],
)
def test_a_telephone_number_is_spoken_digit_by_digit(number: str, kana: str) -> None:
    assert spoken_telephone(number) == kana
    assert reading(f"電話番号は、{kana}です。") == f"デンワバンゴーワ、{kana}デス。"


def test_a_reading_keeps_commas_and_full_stops() -> None:
    assert reading("本日、町内で。") == "ホンジツ、チョーナイデ。"


@pytest.mark.parametrize(("message_type", "count"), [(MessageType.UPDATE, 7), (MessageType.CANCEL, 9)])
def test_the_kana_of_fixed_phrases_is_what_the_engine_says(message_type: MessageType, count: int) -> None:
    alert = later_revision(message_type, level=Level.EMERGENCY, status=Status.EXERCISE)
    fixed = [
        cue for cue in script_of(alert, "月形町", "ツキガタチョー") if isinstance(cue, Phrase) and cue.kana is not None
    ]
    assert len(fixed) == count
    assert all(phrase.kana == reading(phrase.text) for phrase in fixed)


def test_a_reading_has_one_line_for_each_sentence() -> None:
    text = "注意!お願い\n★★★\n本当ですか？はい。" + "とても長い文で、" * 20
    assert len(reading(text).splitlines()) == len(sentences(text))
    assert reading("注意!お願い\n★★★\n本当ですか？はい。") == "チューイ、オネガイ\n。\nホントーデスカ？\nハイ。"
