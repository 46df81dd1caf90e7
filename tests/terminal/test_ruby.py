"""The furigana of a text are put on the sentences that the page shows, whatever the wire brings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice.sentences import MAXIMUM_CHARACTERS, sentences
from kokuchi.wire import Ruby
from terminal_client.ruby import sentences_with_ruby

TEXT = "町です。\n  町へ"


def rubies(*spans: tuple[int, int]) -> list[Ruby]:
    return [Ruby(start=start, end=end, kana="まち") for start, end in spans]


def test_kana_stand_over_their_characters_though_blanks_and_line_feeds_are_gone() -> None:
    assert sentences_with_ruby(TEXT, rubies((0, 1), (7, 8))) == [
        [("町", "まち"), ("です。", None)],
        [("町", "まち"), ("へ", None)],
    ]


def test_kana_stand_over_their_characters_in_a_sentence_that_is_cut_at_its_commas() -> None:
    text = "町、" * MAXIMUM_CHARACTERS
    spans = [(place, place + 1) for place in range(0, len(text), 2)]
    found = sentences_with_ruby(text, rubies(*spans))
    assert len(found) == 2
    assert all(kana == ("まち" if part == "町" else None) for sentence in found for part, kana in sentence)


@pytest.mark.parametrize(
    "span",
    [(2, 1), (1, 1), (3, 8), (4, 5), (6, 8), (7, 10), (900, 901)],
    ids=["backwards", "empty", "two sentences", "line feed", "from a blank", "past the end", "nowhere"],
)
def test_a_span_that_does_not_lie_in_a_sentence_is_left_out_and_the_others_stay(span: tuple[int, int]) -> None:
    assert sentences_with_ruby(TEXT, rubies((0, 1), span)) == [[("町", "まち"), ("です。", None)], [("町へ", None)]]


def test_of_spans_that_overlap_or_go_back_the_first_is_taken() -> None:
    found = sentences_with_ruby("月形町です", rubies((1, 3), (0, 2), (2, 4), (0, 1)))
    assert found == [[("月", None), ("形町", "まち"), ("です", None)]]


TEXTS = st.text(st.sampled_from("町あ、。！」 \u3000\n\r\x1c𠮷1"), max_size=200)
SPANS = st.lists(st.builds(Ruby, start=st.integers(0, 199), end=st.integers(1, 200), kana=st.just("か")), max_size=30)


@given(TEXTS, SPANS)
def test_the_parts_joined_are_the_sentences_and_kana_stand_only_over_what_a_span_named(
    text: str, spans: list[Ruby]
) -> None:
    found = sentences_with_ruby(text, spans)
    assert tuple("".join(part for part, _ in sentence) for sentence in found) == sentences(text)
    assert all(part for sentence in found for part, _ in sentence)
    named = {text[span.start : span.end] for span in spans}
    assert {part for sentence in found for part, kana in sentence if kana} <= named


@given(TEXTS, st.data())
def test_every_span_that_fits_is_taken(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)))
    spans = [Ruby(start=start, end=end, kana=f"か{start}") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    fitting = {
        span.kana: text[span.start : span.end]
        for span in spans
        for start, end in _places(text)
        if start <= span.start and span.end <= end
    }
    found = sentences_with_ruby(text, spans)
    assert {kana: part for sentence in found for part, kana in sentence if kana} == fitting


def _places(text: str) -> list[tuple[int, int]]:
    """Return where the sentences lie, found character by character, all blanks between them aside."""
    places, place = [], 0
    for sentence in sentences(text):
        while text[place].isspace():
            place += 1
        places.append((place, place + len(sentence)))
        place += len(sentence)
    return places
