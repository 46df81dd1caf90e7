"""Several missed alerts in one sentence: what is said, and that its kana are what the voice says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice import Chime, Cue, Phrase
from kokuchi.voice.digest import SAMPLE, digest_script
from kokuchi.voice.kana import Reader
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Alert, Level, Status, Translation
from tests.voice.alerts import HEADLINE, alert_of
from tests.voice.words import shipped

GREETING = "こちらは月形町です。"
reading = Reader(shipped()).reading


def script(*alerts: Alert, language: str | None = None) -> tuple[Cue, ...]:
    second = LANGUAGES[language] if language else None
    return digest_script(alerts, "月形町", "ツキガタチョー", second_language=second)


def heard(*alerts: Alert, language: str | None = None) -> list[str]:
    return [cue.text if isinstance(cue, Phrase) else f"♪{cue.level}" for cue in script(*alerts, language=language)]


IMPORTANT, NOTICE = alert_of(Level.IMPORTANT), alert_of(Level.NOTICE)
DRILL = alert_of(Level.IMPORTANT, status=Status.EXERCISE)
LAST = ["すべて画面に出ています。", "画面の「もう一度聞く」を押すと、声でお伝えします。"]


def test_it_tells_how_many_there_are_and_the_headline_of_the_most_urgent() -> None:
    assert heard(IMPORTANT, IMPORTANT, NOTICE) == [
        "♪important",
        GREETING,
        "まだお伝えしていない、重要なお知らせが2件、お知らせが1件あります。",
        "いちばん大切なお知らせは、次のとおりです。",
        HEADLINE,
        *LAST,
        "♪important",
    ]


def test_a_level_of_which_there_is_none_is_not_named() -> None:
    assert heard(NOTICE, NOTICE)[2] == "まだお伝えしていない、お知らせが2件あります。"
    assert script(NOTICE, NOTICE)[0] == Chime(Level.NOTICE, opening=True)
    assert script(NOTICE, NOTICE)[-1] == Chime(Level.NOTICE, opening=False)


def test_if_one_is_a_drill_it_says_so() -> None:
    """Promise 7."""
    said = heard(NOTICE, DRILL)
    assert said[0] == "♪important"
    assert said[3] == "このうち1件は訓練です。"
    assert "これは訓練です。" not in said


def test_if_all_are_drills_it_begins_as_one() -> None:
    """Promise 7."""
    assert heard(DRILL, DRILL)[1] == "これは訓練です。"
    assert "このうち2件は訓練です。" not in heard(DRILL, DRILL)


def test_a_household_with_a_second_language_hears_the_headline_in_it_or_that_there_is_something() -> None:
    translated = alert_of(
        Level.NOTICE, translations=(Translation(language="en", headline="Scam calls.", body="Hang up."),)
    )
    assert heard(translated, NOTICE, language="en")[-2:] == ["Scam calls.", "♪notice"]
    assert heard(translated, NOTICE, language="ko")[-2:] == [LANGUAGES["ko"].only_japanese, "♪notice"]
    assert heard(DRILL, DRILL, language="en")[-3:-1] == ["This is a drill.", LANGUAGES["en"].only_japanese]


@given(important=st.integers(0, 30), notices=st.integers(0, 30), drills=st.integers(0, 5))
def test_the_kana_are_what_the_voice_says(important: int, notices: int, drills: int) -> None:
    alerts = [IMPORTANT] * important + [NOTICE] * notices + [DRILL] * drills
    if alerts:
        known = [cue for cue in script(*alerts) if isinstance(cue, Phrase) and cue.kana]
        assert len(known) >= 5
        assert [reading(cue.text) for cue in known] == [cue.kana for cue in known]


@pytest.mark.parametrize("number", range(1, 61))
def test_every_number_that_a_terminal_can_hold_has_its_kana(number: int) -> None:
    [counts] = [cue for cue in script(*[NOTICE] * number) if isinstance(cue, Phrase) and "件" in cue.text]
    assert reading(counts.text) == counts.kana


def test_the_kana_of_the_sample_are_what_the_voice_says() -> None:
    [cue] = SAMPLE
    assert isinstance(cue, Phrase)
    assert reading(cue.text) == cue.kana
