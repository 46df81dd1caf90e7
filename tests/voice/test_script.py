from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice import (
    Chime,
    Cue,
    Phrase,
    PhraseSource,
    contact_text,
    estimated_seconds,
    morae,
    resumed,
    script_of,
)
from kokuchi.voice.sentences import MAXIMUM_CHARACTERS, sentences
from kokuchi.wire import Alert, Contact, Level, MessageType, Reading, Status
from tests.voice.alerts import BODY, CONTACT, HEADLINE, alert_of, later_revision

GREETING = "こちらは月形町です。"


def script(alert: Alert) -> tuple[Cue, ...]:
    return script_of(alert, "月形町", "ツキガタチョー")


def heard(alert: Alert) -> list[str]:
    return [cue.text if isinstance(cue, Phrase) else f"♪{cue.level}" for cue in script(alert)]


def phrases(alert: Alert, source: PhraseSource) -> list[Phrase]:
    return [cue for cue in script(alert) if isinstance(cue, Phrase) and cue.source is source]


def test_a_notice_is_said_once_between_its_chimes() -> None:
    assert heard(alert_of(Level.NOTICE)) == ["♪notice", GREETING, HEADLINE, *sentences(BODY), "♪notice"]
    assert script(alert_of(Level.NOTICE))[0] == Chime(Level.NOTICE, opening=True)
    assert script(alert_of(Level.NOTICE))[-1] == Chime(Level.NOTICE, opening=False)


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.IMPORTANT])
def test_an_emergency_and_an_important_alert_are_said_twice(level: Level) -> None:
    words = [GREETING, HEADLINE, *sentences(BODY), "連絡先は、月形町役場総務課です。"]
    words.append("電話番号は、ゼロイチニーロク、ゴーサン、ニーサンニーイチです。")
    chime = f"♪{level}"
    assert heard(alert_of(level, contact=CONTACT)) == [chime, *words, "繰り返します。", *words, chime]


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
@pytest.mark.parametrize("level", list(Level))
def test_a_drill_says_so_before_everything_else_and_again_before_the_repeat(level: Level, status: Status) -> None:
    said = heard(alert_of(level, status=status))
    assert said[1] == "これは訓練です。"
    if level is not Level.NOTICE:
        assert said[said.index("繰り返します。") + 1] == "これは訓練です。"


def test_a_withdrawn_drill_says_that_it_was_a_drill() -> None:
    assert heard(later_revision(MessageType.CANCEL, status=Status.EXERCISE))[1] == "これは訓練です。"


def test_an_actual_alert_never_says_that_it_is_a_drill() -> None:
    assert not phrases(alert_of(Level.EMERGENCY), PhraseSource.DRILL)


def test_an_update_says_first_that_it_corrects_the_earlier_message() -> None:
    assert heard(later_revision(MessageType.UPDATE))[1:4] == [GREETING, "先ほどのお知らせを訂正します。", HEADLINE]


@pytest.mark.parametrize("level", list(Level))
def test_a_cancel_takes_back_the_earlier_message_before_and_after_its_headline_and_says_no_more_of_it(
    level: Level,
) -> None:
    """Who hears only the middle of it must not do what a false warning said."""
    said = heard(later_revision(MessageType.CANCEL, level=level, contact=CONTACT))
    assert said[1:5] == [
        GREETING,
        "先ほどのお知らせは取り消されました。",
        HEADLINE,
        "このお知らせは、取り消されました。",
    ]
    assert said[5] == "連絡先は、月形町役場総務課です。"
    assert not set(sentences(BODY)) & set(said)


def test_a_cancel_whose_own_text_says_so_does_not_say_it_twice() -> None:
    cancel = later_revision(MessageType.CANCEL, headline="先ほどのお知らせは取り消されました")
    assert heard(cancel)[1:4] == [GREETING, "先ほどのお知らせは取り消されました", sentences(BODY)[0]]


def test_sentences_of_the_body_carry_their_place_for_the_screen() -> None:
    assert [phrase.sentence for phrase in phrases(alert_of(), PhraseSource.BODY)] == [0, 1]
    assert [phrase.sentence for phrase in phrases(alert_of(), PhraseSource.GREETING)] == [None]


def test_fixed_phrases_carry_their_kana() -> None:
    alert = later_revision(MessageType.UPDATE, status=Status.TEST)
    assert phrases(alert, PhraseSource.GREETING)[0].kana == "コチラワツキガタチョーデス。"
    assert phrases(alert, PhraseSource.DRILL)[0].kana == "コレワクンレンデス。"
    assert phrases(alert, PhraseSource.CORRECTION)[0].kana == "サキホドノオシラセヲテーセーシマス。"


def test_the_reading_from_the_centre_is_given_to_each_sentence() -> None:
    reading = Reading(headline="ヒトツ", body="フタツ。\nミッツ。", contact="ヨッツ。\nイツツ。")
    alert = alert_of(reading=reading, contact=CONTACT)
    assert [phrase.kana for phrase in phrases(alert, PhraseSource.HEADLINE)] == ["ヒトツ"]
    assert [phrase.kana for phrase in phrases(alert, PhraseSource.BODY)] == ["フタツ。", "ミッツ。"]
    assert [phrase.kana for phrase in phrases(alert, PhraseSource.CONTACT)] == ["ヨッツ。", "イツツ。"]


def test_a_reading_that_does_not_fit_the_text_is_left_out() -> None:
    alert = alert_of(reading=Reading(headline="ヒトツ", body="フタツ。"))
    assert [phrase.kana for phrase in phrases(alert, PhraseSource.BODY)] == [None, None]


def test_a_number_to_dial_of_three_digits_is_called_so() -> None:
    contact = Contact(name="消費者ホットライン", telephone="188")
    assert contact_text(contact) == "連絡先は、消費者ホットラインです。電話番号は、イチハチハチ番です。"


@given(st.text(alphabet=st.sampled_from("あ漢、。！？「」）\n\r A1"), max_size=400) | st.text(max_size=200))
def test_no_sentence_loses_a_character(text: str) -> None:
    parts = sentences(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() == part != "" for part in parts)


@given(st.lists(st.text(alphabet="あいう", min_size=1, max_size=MAXIMUM_CHARACTERS - 1)))
def test_a_long_sentence_is_cut_at_its_commas(clauses: list[str]) -> None:
    assert all(len(part) <= MAXIMUM_CHARACTERS for part in sentences("".join(clause + "、" for clause in clauses)))


def test_sentences_keep_their_ends_and_closing_brackets() -> None:
    assert sentences("火事です！　逃げて。\n「本当？」はい") == ("火事です！", "逃げて。", "「本当？」", "はい")


def test_morae_are_counted_as_a_listener_would() -> None:
    assert morae("キョーワ、ガッコーエ。") == 8


def test_the_estimate_adds_chimes_words_and_pauses() -> None:
    cues = (Chime(Level.NOTICE, opening=True), Phrase("訓練", "クンレン", PhraseSource.BODY, pause_after=1.0))
    assert estimated_seconds(cues) == pytest.approx(2.5 + 4 / 5 + 1.0)


def test_the_estimate_uses_a_reading_where_the_cue_has_none() -> None:
    cue = Phrase("訓練", None, PhraseSource.BODY, pause_after=0.0)
    assert estimated_seconds([cue], kana_of=lambda _: "クンレンデス") == pytest.approx(6 / 5)


def test_a_script_that_was_cut_begins_again_with_its_chime_and_the_cut_sentence() -> None:
    whole = script(alert_of(body="一つめ。二つめ。"))

    assert resumed(whole, 3) == (whole[0], *whole[3:])


def test_a_drill_says_again_that_it_is_one_when_it_resumes() -> None:
    """Promise 7."""
    whole = script(alert_of(Level.IMPORTANT, status=Status.EXERCISE))
    drills = [place for place, cue in enumerate(whole) if isinstance(cue, Phrase) and cue.source is PhraseSource.DRILL]

    assert resumed(whole, 1) == whole
    assert resumed(whole, 5) == (*whole[:2], *whole[5:])
    assert resumed(whole, drills[1]) == (*whole[:2], *whole[drills[1] + 1 :])


def test_a_script_that_was_cut_in_a_chime_is_whole_or_over_but_for_the_chime() -> None:
    whole = script(alert_of())

    assert resumed(whole, 0) == whole
    assert resumed(whole, len(whole) - 1) == whole[-1:]


@given(cuts=st.lists(st.integers(0, 12), max_size=6), drill=st.booleans())
def test_however_often_it_is_cut_nothing_is_skipped_and_only_cut_sentences_are_said_twice(
    cuts: list[int], drill: bool
) -> None:
    announced = [Phrase("これは訓練です。", None, PhraseSource.DRILL)] if drill else []
    numbered = [Phrase(str(number), None, PhraseSource.BODY) for number in range(6)]
    rest: tuple[Cue, ...] = (
        Chime(Level.NOTICE, opening=True),
        *announced,
        *numbered,
        Chime(Level.NOTICE, opening=False),
    )
    said: list[Cue] = []
    cut_off: list[Cue] = []
    for cut in cuts:
        place = min(cut, len(rest) - 1)
        said += rest[: place + 1]
        cut_off.append(rest[place])
        rest = resumed(rest, place)
        assert rest == (Chime(Level.NOTICE, opening=False),) or list(rest[1 : 1 + drill]) == announced
    said += rest

    def numbers(cues: Iterable[Cue]) -> list[int]:
        return [int(cue.text) for cue in cues if isinstance(cue, Phrase) and cue.source is PhraseSource.BODY]

    assert numbers(said) == sorted([*range(6), *numbers(cut_off)])
    assert said[-1] == Chime(Level.NOTICE, opening=False)
