"""What stands over the kanji, and what the reader tells of its work."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kokuchi.voice import Sentence, Voice, VoiceError, Word
from kokuchi.voice.analysis import explained, pieces
from kokuchi.voice.dictionary import katakana
from kokuchi.voice.furigana import rubies
from kokuchi.voice.kana import Reader
from kokuchi.voice.long_vowels import comparable
from kokuchi.wire import Furigana, Ruby
from tests.voice.alerts import BODY, HEADLINE
from tests.voice.kept import shares_the_voice
from tests.voice.words import dictionary_of, shipped

READER = Reader(shipped())


def over(text: str, reader: Reader = READER) -> list[tuple[str, str]]:
    return [(text[ruby.start : ruby.end], ruby.kana) for ruby in rubies(text, reader)]


@pytest.mark.parametrize(
    ("text", "ruby"),
    [
        ("月形町です", [("月形町", "つきがたちょう")]),
        ("申し込みは役場へ", [("申", "もう"), ("込", "こ"), ("役場", "やくば")]),
        ("行います", [("行", "おこな")]),
        ("これはテストです。", []),
        ("私は学校へ", [("私", "わたし"), ("学校", "がっこう")]),
        ("人気のない道", [("人気", "ひとけ"), ("道", "みち")]),
        ("お困りの方へ", [("困", "こま"), ("方", "かた")]),
        ("188番に電話", [("188", "いちはちはち"), ("番", "ばん"), ("電話", "でんわ")]),
        ("11月23日(月)", [("月", "がつ"), ("日", "にち"), ("月", "げつようび")]),
        ("11月1日", [("月", "がつ"), ("1日", "ついたち")]),
        ("10:30から", []),
        ("ATMで3万円", [("万", "まん"), ("円", "えん")]),
        ("3本の木", [("本", "ぼん"), ("木", "き")]),
        ("★お知らせ★\n札比内\u3000断水", [("知", "し"), ("札比内", "さっぴない"), ("断水", "だんすい")]),
        ("ﾌﾘｰﾀﾞｲﾔﾙへ電話", [("電話", "でんわ")]),
    ],
)
def test_ruby_stands_over_kanji_and_leaves_kana_and_particles_bare(text: str, ruby: list[tuple[str, str]]) -> None:
    assert over(text) == ruby


def test_ruby_comes_from_the_same_dictionary_as_the_voice() -> None:
    reader = Reader(dictionary_of(("札比内", "サツヒナイ")).entries)
    assert over("札比内で", reader) == [("札比内", "さつひない")]
    assert reader.reading("札比内で") == "サツヒナイデ"


def said_by_ruby(text: str) -> list[str]:
    """What a person says for each piece who takes the ruby for the kanji and reads the kana as they stand."""
    ruby = list(rubies(text, READER))
    said = []
    for piece in pieces(text, READER):
        written = text[piece.start : piece.end]
        for each in reversed([each for each in ruby if piece.start <= each.start and each.end <= piece.end]):
            written = written[: each.start - piece.start] + each.kana + written[each.end - piece.start :]
        said.append(comparable(katakana(written)))
    return said


@pytest.mark.parametrize(
    "text",
    [
        HEADLINE,
        BODY.replace("ATM", "機械"),
        "月形町札比内で、不審な男が目撃されました。",
        "最寄りの警察署に通報し、戸締まりをしてください。",
        "人気のない道で熊を見かけた方、お近くの方もご注意ください。",
        "道路の通行止め、小学校の臨時休校、大雪の見通し。",
    ],
)
def test_what_stands_over_a_word_is_what_is_said(text: str) -> None:
    spoken = [comparable(piece.said) for piece in pieces(text, READER)]
    particles = {"ハ": "ワ", "ヘ": "エ"}
    assert [particles.get(said, said) for said in said_by_ruby(text)] == spoken


TOWN_TEXT = st.text(
    st.sampled_from("月形町札比内1０2:/-~～〜(月)（）、。!？#9110 \n\u3000★☎ｱﾊﾞATMは方のを行い込み人気ゞ々ーっゃ𠮷😀"),
    max_size=60,
)


@pytest.mark.filterwarnings("ignore:Dictionary.create:DeprecationWarning")  # for rare kanji
@settings(max_examples=100, deadline=None)
@given(TOWN_TEXT)
@example("1ー1人")
def test_the_words_of_any_text_are_its_reading_and_cover_it(text: str) -> None:
    words = explained(text, READER)
    assert "".join(word.reading for word in words) == re.sub("[^ァ-ヴー]", "", READER.reading(text))
    written = "".join(word.written for word in words)
    assert re.sub(r"\s", "", written) == re.sub(r"\s", "", text)
    spans = [(ruby.start, ruby.end) for ruby in rubies(text, READER)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_a_sentence_in_which_the_engine_loses_its_place_is_read_as_a_whole_and_the_next_has_furigana() -> None:
    text = "1ー1人の会です。月形町です。"
    assert explained(text, READER)[0] == Word("1ー1人の会です。", "イチーヒトリノカイデス", "engine", "as a whole")
    assert [(ruby.start, ruby.kana) for ruby in rubies(text, READER)] == [(9, "つきがたちょう")]


def test_each_word_names_what_gave_its_reading() -> None:
    assert explained("★月形町の188番", READER) == [
        Word("★", "", "rule", "not spoken"),
        Word("月形町", "ツキガタチョー", "dictionary", "月形町 ツキガタチョウ"),
        Word("の", "ノ", "engine", ""),
        Word("188", "イチハチハチ", "rule", "three-digit number to dial"),
        Word("番", "バン", "engine", ""),
    ]


@shares_the_voice
async def test_the_voice_gives_furigana_and_explains(kept_voice: Voice) -> None:
    await kept_voice.use(dictionary_of(("月形町", "ツキガタチョウ")))
    assert await kept_voice.furigana_of("月形町です", "はい\n訓練") == Furigana(
        headline=(Ruby(start=0, end=3, kana="つきがたちょう"),), body=(Ruby(start=3, end=5, kana="くんれん"),)
    )
    assert (await kept_voice.explain("月形町"))[0].source == "dictionary"
    assert len(await kept_voice.explain(BODY * 40)) > 1000


SENTENCES = (
    Sentence("上北地区です。", "カミキタチクデス"),
    Sentence("月形町です。", "ツキガタチョーデス。"),
    Sentence("北海道です。", "ホッカイドーデス"),
)


@shares_the_voice
async def test_a_word_that_would_break_a_sentence_is_named_before_it_is_taken(kept_voice: Voice) -> None:
    await kept_voice.use(dictionary_of(("月形町", "ツキガタチョウ"), revision=4))
    candidate = dictionary_of(("月形町", "ツキガタマチ"), ("北海道", "キタウミミチ"), revision=5)
    broken = await kept_voice.broken_by(candidate, SENTENCES)
    assert [(each.sentence, each.after) for each in broken] == [
        (SENTENCES[1], "ツキガタマチデス。"),
        (SENTENCES[2], "キタウミミチデス。"),
    ]
    assert kept_voice.dictionary_revision == 4
    assert await kept_voice.reading("月形町") == "ツキガタチョー"


@shares_the_voice
async def test_a_sentence_that_is_wrong_already_is_not_held_against_the_candidate(kept_voice: Voice) -> None:
    wrong = Sentence("北海道です。", "キタウミミチデス。")
    assert await kept_voice.broken_by(dictionary_of(("月形", "ツキガタ")), [wrong, *SENTENCES]) == []


@shares_the_voice
async def test_a_candidate_that_cannot_be_used_is_an_error(kept_voice: Voice) -> None:
    with pytest.raises(VoiceError, match="the dictionary cannot be used"):
        await kept_voice.broken_by(dictionary_of(("架空", "カクウ")).model_copy(update={"town": "月 形"}), SENTENCES)
