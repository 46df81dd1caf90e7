"""The town's dictionary as a value: which word stands, what fits, and what is no word."""

from dataclasses import replace

import pytest

from broadcaster.dictionary.files import parse_words
from broadcaster.domain.dictionary import VALID, Book, Change, DictionaryTooLarge, Word, changes_to, check_word
from kokuchi.wire import MAXIMUM_BYTES, Entry, SigningKey, seal
from tests.broadcaster.examples import NOW, TOWN

BASE = Word("月形町", "ツキガタチョウ", source="町の沿革")
OWN = Word("札比内", "サッピナイ", 0, "札比内で訓練です。", "サッピナイデクンレンデス。")


def test_the_word_of_the_staff_stands_before_the_base_word_and_the_base_word_comes_back_without_it() -> None:
    book = Book(3, base=(BASE,))
    other = replace(OWN, word="月形町", reading="ゲッケイマチ")
    assert book.changed([Change("月形町", other)]).words["月形町"] == other
    assert book.changed([Change("月形町", other)]).changed([Change("月形町", None)]) == book


def test_the_message_has_every_word_once_and_is_valid_for_more_than_a_year() -> None:
    made = Book(3, base=(BASE,), staff=(OWN, replace(OWN, word="月形町"))).dictionary(TOWN.id, NOW)
    assert made.entries == (
        Entry(word="月形町", reading="サッピナイ", accent=0),
        Entry(word="札比内", reading="サッピナイ", accent=0),
    )
    assert (made.revision, made.town, made.sent, made.expires) == (3, TOWN.id, NOW, NOW + VALID)


def test_a_word_of_the_staff_stands_before_a_base_one_however_wide_either_is_written() -> None:
    base = parse_words("表記,読み\nJR月形,ジェイアールツキガタ\n北郷,キタゴウ\n", "base.csv")
    staff = parse_words("表記,読み\nＪＲ月形,ツキガタエキ\n月形,ツキガタ\n", "staff.csv")
    made = Book(1, base=tuple(base), staff=tuple(staff)).dictionary(TOWN.id, NOW)
    assert made.entries == (
        Entry(word="JR月形", reading="ツキガタエキ"),
        Entry(word="北郷", reading="キタゴウ"),
        Entry(word="月形", reading="ツキガタ"),
    )


def many(count: int) -> list[Word]:
    return [Word(f"{number:04}{'亜' * 16}", "ア" * 40) for number in range(count)]


def test_what_fits_fits_into_a_message_of_the_wire_and_what_does_not_is_refused_in_words() -> None:
    fitting = max(count for count in range(1500, 2000, 10) if fits(count))
    sealed = seal(Book(1, staff=tuple(many(fitting))).dictionary(TOWN.id, NOW), SigningKey.generate())
    assert MAXIMUM_BYTES - 5_000 < len(sealed) <= MAXIMUM_BYTES
    with pytest.raises(DictionaryTooLarge, match="does not fit into a message") as caught:
        Book(1, staff=tuple(many(fitting + 10))).dictionary(TOWN.id, NOW)
    assert "使わなくなった言葉を消して" in caught.value.japanese


def fits(count: int) -> bool:
    try:
        Book(1, staff=tuple(many(count))).dictionary(TOWN.id, NOW)
    except DictionaryTooLarge:
        return False
    return True


def test_more_words_than_the_wire_takes_are_refused_however_short_they_are() -> None:
    words = [Word(f"亜{number}", "ア") for number in range(2001)]
    with pytest.raises(DictionaryTooLarge, match="2001 words"):
        Book().changed(changes_to(words)).dictionary(TOWN.id, NOW)


def test_a_word_without_an_example_is_checked_by_itself_and_what_is_changed_is_not_checked() -> None:
    book = Book(1, base=(BASE,), staff=(OWN,))
    assert [sentence.text for sentence in book.sentences()] == ["月形町", "札比内で訓練です。"]
    assert [sentence.text for sentence in book.sentences(without=["札比内"])] == ["月形町"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"word": ""}, "word"),
        ({"word": "、。", "example": "、。"}, "word"),
        ({"word": "札 比内", "example": "札 比内です"}, "word"),
        ({"word": "あ" * 21, "example": "あ" * 21}, "word"),
        ({"reading": ""}, "reading"),
        ({"reading": "札"}, "reading"),
        ({"reading": "ャア"}, "reading"),
        ({"reading": "ーア"}, "reading"),
        ({"reading": "ッア"}, "reading"),
        ({"reading": "ア" * 41}, "reading"),
        ({"accent": 6}, "accent"),
        ({"accent": -1}, "accent"),
        ({"example": ""}, "example"),
        ({"example": "訓練です。"}, "example"),
        ({"example": "札比内\nです。"}, "example"),
        ({"example": "札比内" * 40}, "example"),
    ],
)
def test_what_is_no_word_is_said_at_its_field_in_both_languages(changes: dict[str, object], field: str) -> None:
    problems = check_word(replace(OWN, **changes))  # type: ignore[arg-type] # any field
    assert [problem.field for problem in problems] == [field]
    assert problems[0].japanese
    assert problems[0].english


def test_a_good_word_is_good_with_its_full_or_half_width_in_the_example() -> None:
    assert check_word(OWN) == []
    assert check_word(replace(OWN, word="ATM", example="ＡＴＭの操作です。")) == []
