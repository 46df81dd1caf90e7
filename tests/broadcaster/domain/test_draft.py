"""From what staff write to an alert, or to what is wrong with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.domain.draft import Draft, DraftError, Problem, check, compose, correct, new_identifier, withdraw
from kokuchi.wire import (
    Alert,
    Audience,
    Level,
    MessageType,
    Reading,
    Severity,
    SigningKey,
    Status,
    encode,
    open_alert,
    seal,
)
from kokuchi.wire.audience import MAXIMUM_MEMBERS
from kokuchi.wire.signature import KeyRing
from tests.broadcaster.examples import DESK, EVERYONE, NOW, POLICE, ROSTER, TOWN, areas, groups, terminals


def problems(draft: Draft) -> list[Problem]:
    return check(draft, TOWN, ROSTER)


def only_problem(draft: Draft) -> Problem:
    [problem] = problems(draft)
    assert problem.japanese.endswith("。")
    assert not problem.japanese.isascii()
    return problem


def test_a_good_draft_becomes_an_alert_with_everything_in_it(draft: Draft) -> None:
    reading = Reading(headline="フシンナデンワ", body="チョウナイデ")
    alert = compose(draft, TOWN, ROSTER, NOW, reading=reading)
    assert problems(draft) == []
    assert (alert.town, alert.revision, alert.message_type, alert.references) == ("tsukigata", 1, MessageType.ALERT, ())
    assert (alert.sent, alert.expires) == (NOW, NOW + timedelta(hours=48))
    assert (alert.category, alert.event, alert.sender_name) == ("scam", "詐欺事案情報", "月形町役場")
    assert (alert.headline, alert.body) == (draft.headline, draft.body)
    assert (alert.audience, alert.reading, alert.status) == (EVERYONE, reading, Status.ACTUAL)


def test_the_severity_is_the_categorys_unless_staff_choose_another(draft: Draft) -> None:
    assert compose(draft, TOWN, ROSTER, NOW).level is Level.IMPORTANT
    chosen = replace(draft, severity=Severity.EXTREME)
    assert compose(chosen, TOWN, ROSTER, NOW).level is Level.EMERGENCY


def test_the_contact_is_the_categorys_or_else_the_towns_desk(draft: Draft) -> None:
    assert compose(draft, TOWN, ROSTER, NOW).contact == POLICE
    assert compose(replace(draft, category="awareness_event"), TOWN, ROSTER, NOW).contact == DESK


def test_a_drill_is_an_exercise(draft: Draft) -> None:
    """Promise 7: the drill is in the alert itself."""
    alert = compose(replace(draft, drill=True), TOWN, ROSTER, NOW)
    assert alert.status is Status.EXERCISE
    assert alert.is_drill


def test_space_around_the_text_is_not_sent(draft: Draft) -> None:
    alert = compose(replace(draft, headline="  見出し\n", body="\n\u3000本文 \n"), TOWN, ROSTER, NOW)
    assert (alert.headline, alert.body) == ("見出し", "本文")


@pytest.mark.parametrize("text", ["", " ", "\u3000\n\t "])
def test_an_empty_headline_or_body_is_a_problem(draft: Draft, text: str) -> None:
    assert only_problem(replace(draft, headline=text)) == Problem("headline", "見出しを入力してください。", "is empty")
    assert only_problem(replace(draft, body=text)) == Problem("body", "本文を入力してください。", "is empty")


def test_ten_thousand_characters_are_too_many_and_the_problem_says_how_many_there_are(draft: Draft) -> None:
    headline = only_problem(replace(draft, headline="あ" * 10_000))
    body = only_problem(replace(draft, body="あ" * 10_000))
    assert headline.english == "has 10000 characters; at most 60 are possible"
    assert body.english == "has 10000 characters; at most 1000 are possible"
    for problem, field, maximum in ((headline, "headline", "60"), (body, "body", "1000")):
        assert problem.field == field
        assert "10000文字" in problem.japanese
        assert maximum in problem.japanese


def test_the_longest_text_that_is_allowed_can_be_sent(draft: Draft) -> None:
    longest = replace(draft, headline="𠮷" * 60, body="𠮷" * 1000)
    assert compose(longest, TOWN, ROSTER, NOW).body == "𠮷" * 1000


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\r", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize("field", ["headline", "body"])
def test_a_character_that_cannot_be_shown_is_a_problem(draft: Draft, field: str, character: str) -> None:
    texts = {"headline": draft.headline, "body": draft.body}
    texts[field] += character + "あ"
    problem = only_problem(replace(draft, headline=texts["headline"], body=texts["body"]))
    assert (problem.field, problem.english) == (field, "has control characters")
    assert "制御文字" in problem.japanese


@pytest.mark.parametrize("text", ["〔いつ〕、電話がありました。", "〔", "あ〕"])
def test_a_template_that_is_not_filled_in_is_a_problem(draft: Draft, text: str) -> None:
    for changed, field in ((replace(draft, headline=text), "headline"), (replace(draft, body=text), "body")):
        problem = only_problem(changed)
        assert problem.field == field
        assert "〔 〕" in problem.japanese
        assert "template" in problem.english


def test_an_unknown_category_is_a_problem_that_names_the_known_ones(draft: Draft) -> None:
    problem = only_problem(replace(draft, category="earthquake"))
    assert problem.field == "category"
    assert problem.english == "there is no category 'earthquake'; known are scam, awareness_event"


@pytest.mark.parametrize(
    ("audience", "english"),
    [
        (areas("kita", "nishi"), "unknown areas: nishi"),
        (groups("young"), "unknown groups: young"),
        (terminals("t-1", "t-8", "t-9"), "unknown terminals: t-8, t-9"),
    ],
)
def test_an_unknown_member_of_the_audience_is_named(draft: Draft, audience: Audience, english: str) -> None:
    problem = only_problem(replace(draft, audience=audience))
    assert (problem.field, problem.english) == ("audience", english)
    assert english.rpartition(": ")[2].replace(", ", "、") in problem.japanese


@pytest.mark.parametrize("audience", [areas("mujin"), groups("nobody")])
def test_an_audience_without_terminals_is_a_problem(draft: Draft, audience: Audience) -> None:
    problem = only_problem(replace(draft, audience=audience))
    assert (problem.field, problem.english) == ("audience", "no terminal in service belongs to this audience")
    assert "1台もありません" in problem.japanese


def test_in_a_town_without_terminals_nobody_can_be_addressed(draft: Draft) -> None:
    assert [problem.field for problem in check(draft, TOWN, ())] == ["audience"]


def test_no_audience_at_all_is_a_problem(draft: Draft) -> None:
    problem = only_problem(replace(draft, audience=None))
    assert problem == Problem("audience", "宛先を選んでください。", "nobody is addressed")


def test_more_members_than_the_wire_can_carry_are_a_problem(draft: Draft) -> None:
    members = tuple(f"t-{number}" for number in range(MAXIMUM_MEMBERS + 1))
    many = terminals("t-1").model_copy(update={"members": members})
    problem = only_problem(replace(draft, audience=many))
    assert (problem.field, str(MAXIMUM_MEMBERS) in problem.japanese) == ("audience", True)
    assert problem.english == f"at most {MAXIMUM_MEMBERS} members; address an area or a group"


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = Draft("earthquake", "", "〔いつ〕", None)
    with pytest.raises(DraftError) as caught:
        compose(wrong, TOWN, ROSTER, NOW)
    assert [problem.field for problem in caught.value.problems] == ["category", "headline", "body", "audience"]
    assert str(caught.value).startswith("category: there is no category 'earthquake'")
    assert "body: has the brackets of a template" in str(caught.value)


@settings(deadline=None, max_examples=200)
@given(headline=st.text(st.characters(), max_size=70), body=st.text(st.characters(), max_size=200))
def test_what_check_lets_through_is_an_alert_that_survives_the_wire(headline: str, body: str) -> None:
    draft = Draft("scam", headline, body, EVERYONE)
    if check(draft, TOWN, ROSTER):
        return
    alert = compose(draft, TOWN, ROSTER, NOW)
    assert Alert.model_validate_json(encode(alert)) == alert


def test_a_form_that_is_sent_twice_keeps_its_identifier(draft: Draft) -> None:
    identifier = new_identifier(NOW)
    first = compose(draft, TOWN, ROSTER, NOW, identifier=identifier)
    second = compose(draft, TOWN, ROSTER, NOW + timedelta(seconds=3), identifier=identifier)
    assert first.identifier == second.identifier == identifier


def test_identifiers_sort_by_time_and_are_never_the_same() -> None:
    assert len({new_identifier(NOW) for _ in range(1000)}) == 1000
    assert new_identifier(NOW).startswith("20261124T010000Z-")
    assert new_identifier(NOW) < new_identifier(NOW + timedelta(seconds=1))


def test_a_withdrawal_is_the_next_revision_with_the_same_text_and_refers_to_all_before(draft: Draft) -> None:
    """Promise 6; CAP 1.2, 3.2.1."""
    alert = compose(draft, TOWN, ROSTER, NOW, identifier="a-1")
    later = NOW + timedelta(minutes=5)
    cancel = withdraw(alert, later)
    assert (cancel.identifier, cancel.revision, cancel.message_type) == ("a-1", 2, MessageType.CANCEL)
    assert (cancel.sent, cancel.headline, cancel.body) == (later, alert.headline, alert.body)
    assert cancel.references == ("tsukigata,a-1,2026-11-24T01:00:00.000+00:00",)
    again = withdraw(cancel, later)
    assert again.revision == 3
    assert again.references == (*cancel.references, "tsukigata,a-1,2026-11-24T01:05:00.000+00:00")


def test_a_withdrawal_lives_at_least_an_hour_even_if_the_alert_has_expired(draft: Draft) -> None:
    alert = compose(draft, TOWN, ROSTER, NOW)
    assert withdraw(alert, NOW).expires == alert.expires
    late = alert.expires + timedelta(days=1)
    assert withdraw(alert, late).expires == late + timedelta(hours=1)


def test_a_withdrawal_of_a_drill_is_still_a_drill(draft: Draft) -> None:
    """Promise 7."""
    assert withdraw(compose(replace(draft, drill=True), TOWN, ROSTER, NOW), NOW).is_drill


def test_a_correction_is_the_next_revision_with_another_text(draft: Draft) -> None:
    alert = compose(draft, TOWN, ROSTER, NOW, identifier="a-1")
    later = NOW + timedelta(hours=1)
    update = correct(alert, " 訂正 ", "正しい本文", TOWN, later)
    assert (update.identifier, update.revision, update.message_type) == ("a-1", 2, MessageType.UPDATE)
    assert (update.headline, update.body, update.reading) == ("訂正", "正しい本文", None)
    assert update.references == ("tsukigata,a-1,2026-11-24T01:00:00.000+00:00",)
    assert (update.sent, update.expires) == (later, later + timedelta(hours=48))
    assert (update.audience, update.severity, update.contact) == (alert.audience, alert.severity, alert.contact)


def test_what_is_withdrawn_expired_unchanged_or_wrong_cannot_be_corrected(draft: Draft) -> None:
    alert = compose(draft, TOWN, ROSTER, NOW)
    for before, headline, body, now, field, english in [
        (withdraw(alert, NOW), "訂正", "本文", NOW, "alert", "is withdrawn already"),
        (alert, "訂正", "本文", alert.expires, "alert", "has expired"),
        (alert, alert.headline, f" {alert.body} ", NOW, "body", "nothing was changed"),
        (alert, "訂正", "", NOW, "body", "is empty"),
    ]:
        with pytest.raises(DraftError) as caught:
            correct(before, headline, body, TOWN, now)
        assert [(problem.field, problem.english) for problem in caught.value.problems] == [(field, english)]
        assert caught.value.problems[0].japanese.endswith("。")


def test_an_alert_can_be_corrected_more_often_than_a_message_can_refer_back(draft: Draft) -> None:
    """The contract takes 100 references; the newest stay."""
    alert = compose(draft, TOWN, ROSTER, NOW)
    for number in range(150):
        alert = correct(alert, f"訂正{number}", "本文", TOWN, NOW + timedelta(seconds=number + 1))
    assert Alert.model_validate_json(encode(alert)) == alert
    assert alert.references[-1].endswith("2026-11-24T01:02:29.000+00:00")


def test_a_withdrawal_is_a_valid_message_of_the_contract(draft: Draft) -> None:
    key = SigningKey.generate()
    cancel = withdraw(compose(draft, TOWN, ROSTER, NOW), NOW + timedelta(microseconds=1_234_567))
    opened = open_alert(seal(cancel, key), KeyRing.of(key.private.public_key()), TOWN.id)
    assert opened.is_cancel
    assert opened.references == cancel.references
