import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice.normaliser import index_of, normalise, rewritten
from kokuchi.voice.rewriting import Rewriting, Rule

CLOCK = Rule("clock", re.compile(r"(\d+):(\d+)"), r"\1時\2分", ())
SILENT = Rule("silent", re.compile("★"), "", ())
PERSON = Rule("person", re.compile("高齢の方"), "高齢のカタ", ())


def test_a_rewriting_knows_where_its_characters_came_from_and_which_rule_wrote_them() -> None:
    rewriting = Rewriting("★朝9:30に")
    rewriting.apply(SILENT)
    rewriting.apply(CLOCK)
    assert rewriting.text == "朝9時30分に"
    assert rewriting.origin(0, 1) == (1, 2)
    assert rewriting.origin(2, 3) == (3, 6)
    assert rewriting.rules(0, 2) == ()
    assert rewriting.rules(2, 6) == ("clock",)
    assert rewriting.origin(6, 7) == (6, 7)


def test_what_is_the_same_before_and_after_is_not_touched() -> None:
    rewriting = Rewriting("高齢の方")
    rewriting.apply(PERSON)
    assert (rewriting.text, rewriting.origin(3, 5)) == ("高齢のカタ", (3, 4))
    assert rewriting.rules(0, 3) == ()


def test_a_word_that_is_kept_is_not_changed_but_may_be_the_context_of_a_rule() -> None:
    rewriting = Rewriting("高齢の方は9:30")
    rewriting.keep([(0, 2), (5, 9)])
    for rule in (PERSON, CLOCK):
        rewriting.apply(rule)
    assert rewriting.text == "高齢のカタは9:30"


def test_a_rule_may_write_between_two_words_that_are_kept_but_not_inside_of_one() -> None:
    between = Rule("between", re.compile("(?<=月形町)(?=役場)|(?<=月形)(?=町)"), "、", ())
    rewriting = Rewriting("月形町役場")
    rewriting.keep([(0, 3), (3, 5)])
    rewriting.apply(between)
    assert rewriting.text == "月形町、役場"


@pytest.mark.parametrize("text", ["ＪＲ月形", "JR月形"])
def test_the_longest_word_is_kept_in_whatever_width_it_is_written(text: str) -> None:
    words = index_of(["月形", "ＪＲ月形", "JR"])
    assert words["J"] == ("JR月形", "JR")
    kept = rewritten(text, words)
    kept.apply(Rule("all", re.compile("."), "?", ()))
    assert kept.text == "JR月形"


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=6), max_size=5))
def test_any_text_can_be_rewritten_and_every_character_has_an_origin(text: str, words: list[str]) -> None:
    rewriting = rewritten(text, index_of(words))
    assert rewriting.text == normalise(text, index_of(words))
    origins = [rewriting.origin(place, place + 1) for place in range(len(rewriting.text))]
    assert all(0 <= start <= end <= len(text) for start, end in origins)
    assert origins == sorted(origins)


@given(st.text(st.sampled_from("月形町188番10:30方のー～札比内"), max_size=40))
def test_a_word_of_the_dictionary_reaches_the_engine_as_it_is_written(text: str) -> None:
    words = index_of(["188番", "10:30"])
    found = re.findall("188番|10:30", text)
    assert re.findall("188番|10:30", normalise(text, words))[: len(found)] == found
