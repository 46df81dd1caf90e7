"""How long an alert is told, and what of that is staff's to choose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.draft import Draft, DraftError, check, compose, correct, withdraw
from broadcaster.domain.town import Category, Town
from broadcaster.domain.validity import SHORTER_HOURS
from broadcaster.domain.written import Correction, Written
from kokuchi.wire import Severity
from tests.broadcaster.examples import EVERYONE, NOW, ROSTER, TOWN

SCAM = Draft("scam", "不審な電話に注意", "電話を切って、役場に相談してください。", EVERYONE)
"""Of a category that is told for 48 hours."""

categories = st.integers(1, 24 * 60)
choices = st.sampled_from([None, *SHORTER_HOURS])


def told_for(hours: int) -> Town:
    category = Category(id="scam", name="詐欺事案情報", severity=Severity.SEVERE, valid_hours=hours)
    return TOWN.model_copy(update={"categories": (category,)})


@pytest.mark.parametrize("hours", [1, 3, 6, 12, 24])
def test_fewer_hours_than_the_categorys_are_counted_from_when_it_goes_out(hours: int) -> None:
    alert = compose(replace(SCAM, valid_hours=hours), TOWN, ROSTER, NOW)
    assert alert.expires == NOW + timedelta(hours=hours)


@pytest.mark.parametrize("hours", [0, -1, 2, 5, 25, 1000])
def test_hours_that_nobody_may_choose_are_a_problem_that_names_the_others(hours: int) -> None:
    [problem] = check(replace(SCAM, valid_hours=hours), TOWN, ROSTER)
    assert (problem.field, problem.english) == ("valid_hours", "must be one of 1, 3, 6, 12, 24, 72")
    assert problem.japanese == "いつまで届けるかを、選びなおしてください。"


def test_more_hours_than_the_categorys_are_a_problem_and_as_many_are_none() -> None:
    draft = replace(SCAM, valid_hours=72)
    [problem] = check(draft, TOWN, ROSTER)
    assert (problem.field, problem.english) == ("valid_hours", "is more than the category's 48")
    assert problem.japanese == "「詐欺事案情報」は、放送してから48時間より長くは届けられません。選びなおしてください。"
    assert check(draft, told_for(72), ROSTER) == []


def test_of_an_unknown_category_only_the_category_is_wrong() -> None:
    found = check(replace(SCAM, category="earthquake", valid_hours=72), TOWN, ROSTER)
    assert [problem.field for problem in found] == ["category"]


@given(category=categories, chosen=choices)
def test_an_alert_is_never_told_for_longer_than_its_category_says(category: int, chosen: int | None) -> None:
    draft, town = replace(SCAM, valid_hours=chosen), told_for(category)
    if chosen is not None and chosen > category:
        with pytest.raises(DraftError):
            compose(draft, town, ROSTER, NOW)
        return
    assert compose(draft, town, ROSTER, NOW).expires == NOW + timedelta(hours=chosen or category)


@given(category=categories, chosen=choices, ages=st.lists(st.floats(0, 0.99), min_size=1, max_size=5))
def test_corrections_of_corrections_each_live_as_long_as_the_alert_was_made_for(
    category: int, chosen: int | None, ages: list[float]
) -> None:
    town = told_for(max(category, chosen or 0))
    alert = compose(replace(SCAM, valid_hours=chosen), town, ROSTER, NOW)
    made_for = alert.expires - alert.sent
    for number, age in enumerate(ages):
        update = correct(alert, f"訂正{number}", "本文", town, alert.sent + age * made_for)
        assert update.expires == update.sent + made_for
        assert update.expires >= alert.expires
        alert = update


def test_what_was_to_be_over_in_an_hour_is_not_told_for_days_since_it_was_corrected() -> None:
    alert = compose(replace(SCAM, valid_hours=1), TOWN, ROSTER, NOW)
    later = NOW + timedelta(minutes=50)
    assert correct(alert, "訂正", "本文", TOWN, later).expires == later + timedelta(hours=1)


def test_a_correction_ends_neither_before_the_old_text_nor_later_than_a_new_alert_of_its_category() -> None:
    alert = compose(SCAM, TOWN, ROSTER, NOW)
    shorter = told_for(6)
    assert correct(alert, "訂正", "本文", shorter, NOW + timedelta(hours=1)).expires == alert.expires
    late = NOW + timedelta(hours=47)
    assert correct(alert, "訂正", "本文", shorter, late).expires == late + timedelta(hours=6)


def test_a_correction_lives_at_least_an_hour() -> None:
    alert = compose(SCAM, TOWN, ROSTER, NOW).model_copy(update={"expires": NOW + timedelta(minutes=20)})
    later = NOW + timedelta(minutes=19)
    assert correct(alert, "訂正", "本文", TOWN, later).expires == later + timedelta(hours=1)


def test_a_withdrawal_of_what_is_told_for_an_hour_is_told_for_an_hour_too() -> None:
    alert = compose(replace(SCAM, valid_hours=1), TOWN, ROSTER, NOW)
    later = NOW + timedelta(minutes=50)
    assert withdraw(alert, later).expires == later + timedelta(hours=1)


@pytest.mark.parametrize(("written", "hours"), [("", None), ("3", 3), ("72", 72), ("5", 0), ("３", 0), ("abc", 0)])
def test_what_stands_in_the_form_are_the_hours_or_none_that_may_be_chosen(written: str, hours: int | None) -> None:
    assert Written(category="scam", valid_hours=written).draft(TOWN).valid_hours == hours


def test_a_draft_that_was_kept_before_there_was_a_choice_has_the_categorys_validity() -> None:
    kept = [pair for pair in Written(category="scam", headline="見出し").pairs() if pair[0] != "valid_hours"]
    assert Written.from_pairs(kept) == Written(category="scam", headline="見出し", valid_hours="")


@given(hours=st.sampled_from(["", *map(str, SHORTER_HOURS)]) | st.text())
def test_a_choice_is_kept_as_it_was_made(hours: str) -> None:
    written = Written(valid_hours=hours)
    assert Written.from_pairs(written.pairs()) == written


def test_an_alert_that_is_made_from_another_one_has_the_categorys_validity() -> None:
    earlier = compose(replace(SCAM, valid_hours=3), TOWN, ROSTER, NOW)
    assert Written.from_alert(earlier, Correction.from_alert(earlier)).draft(TOWN).valid_hours is None
