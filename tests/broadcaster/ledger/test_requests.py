"""Households that want to be called back, in the ledger."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed
from broadcaster.domain.callback import Callback, merge
from broadcaster.ledger import Ledger
from broadcaster.ledger.requests import Request, Waiting
from kokuchi.wire import CallbackRequest, RequestState
from tests.broadcaster.examples import NOW, ROSTER

numbers = itertools.count()
LATER = NOW + timedelta(minutes=5)


def wish(terminal: str = "t-1", identifier: str = "r-1", **more: object) -> CallbackRequest:
    return CallbackRequest.model_validate(
        {"terminal": terminal, "identifier": identifier, "sent": NOW, "asked_at": NOW, **more}
    )


def wishes() -> st.SearchStrategy[CallbackRequest]:
    """What terminals say of few wishes, often the same."""
    moment = st.integers(0, 3).map(lambda number: NOW + timedelta(seconds=number))
    return st.builds(
        CallbackRequest,
        terminal=st.sampled_from([*(terminal.id for terminal in ROSTER), "t-unknown"]),
        identifier=st.sampled_from(["r-1", "r-2"]),
        sent=st.just(NOW),
        asked_at=moment,
        withdrawn_at=st.none() | moment,
        alert=st.sampled_from(["a-1", "a-2"]),
        revision=st.integers(1, 2),
    )


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(wishes(), max_size=4), max_size=4))
def test_the_ledger_ends_where_the_pure_merge_ends_whatever_comes_in_whatever_order(
    ledger: Ledger, batches: list[list[CallbackRequest]]
) -> None:
    name = f"{next(numbers)}-"
    expected: dict[tuple[str, str], Callback] = {}
    for batch in batches:
        said = [request.model_copy(update={"identifier": name + request.identifier}) for request in batch]
        ledger.requests.record(said, NOW)
        for request in said:
            key = (request.terminal, request.identifier)
            if request.terminal != "t-unknown":
                known = expected.get(key, Callback.of(request))
                expected[key] = merge(known, Callback.of(request))
    for (terminal, identifier), callback in expected.items():
        is_withdrawn = callback.withdrawn_at is not None
        assert ledger.requests.states(terminal, [identifier]) == [
            RequestState(identifier=identifier, withdrawn=is_withdrawn)
        ]
    waiting = [request.callback for request in ledger.requests.open() if request.callback in expected.values()]
    assert set(waiting) == {callback for callback in expected.values() if callback.withdrawn_at is None}


def test_a_wish_is_listed_with_its_household_and_when_the_centre_heard_of_it(ledger: Ledger) -> None:
    ledger.requests.record([wish(alert="a-1", revision=2)], LATER)
    ledger.requests.record([wish(alert="a-1", revision=2)], LATER + timedelta(days=1))
    household = Terminal("t-1", "見本 花子", "household", "kita")
    assert ledger.requests.open() == [Request(1, household, Callback(NOW, None, "a-1", 2), LATER, None, "")]
    assert ledger.requests.count_open() == 1


def test_a_terminal_cannot_touch_the_wish_of_another_by_giving_it_the_same_name(ledger: Ledger) -> None:
    """Promise 10."""
    ledger.requests.record([wish(), wish("t-2", withdrawn_at=NOW)], NOW)
    assert [request.terminal.id for request in ledger.requests.open()] == ["t-1"]
    assert ledger.requests.states("t-1", ["r-1"]) == [RequestState(identifier="r-1")]


def test_a_terminal_that_the_town_does_not_know_cannot_ask(ledger: Ledger) -> None:
    """Promise 10."""
    ledger.requests.record([wish("t-9")], NOW)
    assert ledger.requests.count_open() == 0
    assert ledger.requests.states("t-9", ["r-1"]) == []


def test_the_first_who_called_stays_and_a_call_can_be_taken_back(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    assert ledger.requests.finish(request.row, "hanako", LATER)
    assert not ledger.requests.finish(request.row, "taro", LATER + timedelta(hours=1))
    assert ledger.requests.open() == []
    [done] = ledger.requests.closed(NOW)
    assert (done.done_by, done.done_at) == ("hanako", LATER)
    assert ledger.requests.states("t-1", ["r-1"]) == [RequestState(identifier="r-1", done_at=LATER)]
    assert ledger.requests.reopen(request.row, "hanako", LATER)
    assert not ledger.requests.reopen(request.row, "taro", LATER), "there is nothing to take back any more"
    assert ledger.requests.open() == [request]


def test_of_two_who_take_a_wish_the_first_has_it_and_the_other_can_see_who(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    assert ledger.requests.take(request.row, "hanako", NOW)
    assert not ledger.requests.take(request.row, "taro", LATER)
    assert ledger.requests.take(request.row, "hanako", LATER), "a form that is sent twice changes nothing"
    [taken] = ledger.requests.taken_by("hanako")
    assert (taken.taken_by, taken.taken_at) == ("hanako", NOW)
    assert ledger.requests.taken_by("taro") == []
    assert ledger.requests.waiting() == Waiting(1, 1, NOW, request.row)


def test_a_colleague_can_call_instead_if_that_is_still_who_had_it(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    ledger.requests.take(request.row, "hanako", NOW)
    assert not ledger.requests.take(request.row, "taro", NOW, instead_of="jiro")
    assert ledger.requests.take(request.row, "taro", LATER, instead_of="hanako")
    assert not ledger.requests.release(request.row, "hanako", LATER), "it is not hers any more"
    assert ledger.requests.release(request.row, "taro", LATER)
    assert ledger.requests.open() == [request]


@pytest.mark.parametrize("end", ["done", "withdrawn"])
def test_nobody_takes_what_is_over(ledger: Ledger, end: str) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    if end == "done":
        ledger.requests.finish(request.row, "hanako", NOW)
    else:
        ledger.requests.record([wish(withdrawn_at=NOW)], NOW)
    assert not ledger.requests.take(request.row, "taro", LATER)


def test_a_note_is_kept_over_the_one_that_was_seen_alone(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    assert ledger.requests.annotate(request.row, "留守", "", "hanako", NOW)
    assert not ledger.requests.annotate(request.row, "出た", "", "taro", NOW), "taro had not seen hanako's"
    ledger.requests.finish(request.row, "taro", LATER)
    [done] = ledger.requests.closed(NOW)
    assert done.note == "留守"
    assert not ledger.requests.annotate(request.row, "あとから", "留守", "taro", LATER)
    ledger.requests.reopen(request.row, "taro", LATER)
    ledger.requests.finish(request.row, "taro", LATER, "話した")
    assert ledger.requests.closed(NOW)[0].note == "話した"


def test_the_record_of_deeds_says_who_did_it_and_nothing_that_was_said(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    [request] = ledger.requests.open()
    ledger.requests.take(request.row, "hanako", NOW)
    ledger.requests.take(request.row, "taro", NOW)
    ledger.requests.release(request.row, "hanako", NOW)
    ledger.requests.annotate(request.row, "口座を教えた", "", "hanako", NOW)
    ledger.requests.finish(request.row, "hanako", NOW, "口座を教えた")
    ledger.requests.finish(request.row, "taro", NOW)
    ledger.requests.reopen(request.row, "taro", LATER)
    entries = [entry for entry in ledger.audit.newest(10) if entry.deed is not Deed.TERMINALS_ADDED]
    assert [(entry.actor, entry.deed) for entry in reversed(entries)] == [
        ("hanako", Deed.REQUEST_TAKEN),
        ("hanako", Deed.REQUEST_RELEASED),
        ("hanako", Deed.REQUEST_NOTED),
        ("hanako", Deed.REQUEST_DONE),
        ("taro", Deed.REQUEST_REOPENED),
    ]
    assert {(entry.subject, entry.detail) for entry in entries} == {("t-1", "")}


def test_a_wish_that_is_said_again_stays_done(ledger: Ledger) -> None:
    """A terminal repeats it until it knows."""
    ledger.requests.record([wish()], NOW)
    ledger.requests.finish(ledger.requests.open()[0].row, "hanako", LATER)
    ledger.requests.record([wish(withdrawn_at=LATER)], LATER)
    assert ledger.requests.count_open() == 0
    assert ledger.requests.states("t-1", ["r-1"]) == [RequestState(identifier="r-1", withdrawn=True, done_at=LATER)]


def test_what_is_over_is_listed_from_a_day_on_the_newest_first(ledger: Ledger) -> None:
    ledger.requests.record([wish(identifier="r-1", withdrawn_at=NOW - timedelta(days=31))], NOW)
    ledger.requests.record([wish(identifier="r-2", withdrawn_at=NOW)], NOW)
    ledger.requests.record([wish(identifier="r-3"), wish(identifier="r-4")], NOW)
    ledger.requests.finish(ledger.requests.open()[0].row, "hanako", NOW)
    closed = ledger.requests.closed(NOW - timedelta(days=30))
    assert [(request.row, request.done_by) for request in closed] == [(3, "hanako"), (2, "")]


def test_wishes_outlive_a_restart_of_the_centre(ledger: Ledger) -> None:
    ledger.requests.record([wish()], NOW)
    before = ledger.requests.open()
    ledger.close()
    again = Ledger(ledger.place)
    try:
        assert again.requests.open() == before
    finally:
        again.close()
