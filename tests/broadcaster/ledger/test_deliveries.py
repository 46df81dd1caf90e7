"""What terminals report, in the ledger (promise 3)."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from broadcaster.domain.delivery import Delivery, Reach, merge, reach
from broadcaster.domain.service import Service, Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.merging import without_what_is_said_again
from kokuchi.wire import DeliveryReport, Outcome
from tests.broadcaster.examples import NOW, ROSTER, accept, alert, presence, report, terminals
from tests.broadcaster.ledger.colliding import colliding_reports

TERMINALS = [terminal.id for terminal in ROSTER]
numbers = itertools.count()


def lines(ledger: Ledger, identifier: str = "a-1", revision: int = 1) -> dict[str, Delivery]:
    accepted = ledger.alerts.revision(identifier, revision)
    assert accepted is not None
    return {line.terminal.id: line.delivery for line in ledger.deliveries.of_alert(accepted.row)}


def reports() -> SearchStrategy[DeliveryReport]:
    """Reports that often collide: few moments, all outcomes, reasons that sort in surprising ways."""
    moment = st.none() | st.integers(0, 3).map(lambda number: NOW + timedelta(milliseconds=number * 500))
    reasons = ["", "a", "B", "é", "装置なし", "𠮷", "\uffee", "0", "00"]
    return colliding_reports([*TERMINALS, "t-unknown"], "a-1", [1, 2, 3], moment, reasons)


@st.composite
def stories(draw: st.DrawFn) -> list[DeliveryReport]:
    """What a few terminals say, mostly one thing more each time."""
    said: dict[tuple[str, int], DeliveryReport] = {}
    story = []
    for news in draw(st.lists(reports(), max_size=12)):
        delivery = (news.terminal, news.revision)
        before = said.get(delivery, news)
        kept = {name: value for name, value in vars(before).items() if value not in (None, "")}
        said[delivery] = news.model_copy(update=kept) if draw(st.booleans()) else news
        story.append(said[delivery])
    return story


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(stories(), max_size=5))
def test_the_ledger_ends_where_the_pure_merge_ends_whatever_comes_in_whatever_order(
    ledger: Ledger, batches: list[list[DeliveryReport]]
) -> None:
    """The SQL and the domain are one join. Revision 3 and t-unknown are not in the ledger; t-3 has no revision 2."""
    name = f"a-{next(numbers)}"
    accept(ledger, alert(name))
    accept(ledger, alert(name, 2, audience=terminals("t-1", "t-2")))
    expected = {
        (terminal, revision): Delivery()
        for terminal, revision in itertools.product(TERMINALS, (1, 2))
        if (terminal, revision) != ("t-3", 2)
    }
    for batch in batches:
        ledger.deliveries.record(report.model_copy(update={"alert": name}) for report in batch)
        for said in batch:
            key = (said.terminal, said.revision)
            if key in expected:
                expected[key] = merge(expected[key], Delivery.of(said))
    found = {
        (terminal, revision): delivery
        for revision in (1, 2)
        for terminal, delivery in lines(ledger, name, revision).items()
    }
    assert found == expected
    accepted = ledger.alerts.revision(name, 1)
    assert accepted is not None
    counted = reach((delivery, Service.IN_SERVICE) for (_, revision), delivery in expected.items() if revision == 1)
    assert ledger.deliveries.reach([accepted.row]) == {accepted.row: counted}


@given(story=stories())
def test_what_a_later_report_repeats_is_left_out_and_nothing_else(story: list[DeliveryReport]) -> None:
    def sums(reports: list[DeliveryReport]) -> dict[tuple[str, int], Delivery]:
        found: dict[tuple[str, int], Delivery] = {}
        for said in reports:
            key = (said.terminal, said.revision)
            found[key] = merge(found.get(key, Delivery()), Delivery.of(said))
        return found

    assert sums(without_what_is_said_again(story)) == sums(story)


def test_of_cumulative_reports_that_come_together_only_the_last_is_written() -> None:
    received = report("t-1", received_at=NOW)
    voiced = report("t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW)
    refused = report("t-1", received_at=NOW, outcome=Outcome.REFUSED)
    assert without_what_is_said_again([received, report("t-2"), voiced, voiced]) == [report("t-2"), voiced]
    assert without_what_is_said_again([refused, voiced]) == [refused, voiced]


def test_a_report_of_an_unknown_terminal_or_alert_changes_nothing(ledger: Ledger) -> None:
    accept(ledger, alert())
    ledger.deliveries.record(
        [
            report("t-9", received_at=NOW),
            report("t-1", "a-9", received_at=NOW),
            report("t-1", revision=2, received_at=NOW),
        ]
    )
    assert lines(ledger) == dict.fromkeys(TERMINALS, Delivery())


def test_a_report_of_a_terminal_that_was_not_addressed_changes_nothing(ledger: Ledger) -> None:
    """Promise 10: a terminal cannot make itself part of an audience."""
    accept(ledger, alert(audience=terminals("t-1")))
    ledger.deliveries.record([report("t-2", received_at=NOW)])
    assert lines(ledger) == {"t-1": Delivery()}


def test_a_later_report_repairs_a_lost_one(ledger: Ledger) -> None:
    accept(ledger, alert())
    ledger.deliveries.record([report("t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW, confirmed_at=NOW)])
    assert lines(ledger)["t-1"].is_complete


def test_reach_of_several_alerts_comes_by_their_rows(ledger: Ledger) -> None:
    first, second = accept(ledger, alert("a-1")), accept(ledger, alert("a-2", audience=terminals("t-1")))
    ledger.deliveries.record([report("t-1", received_at=NOW), report("t-1", "a-2", outcome=Outcome.VOICE_FAILED)])
    assert ledger.deliveries.reach([first.row, second.row, 999]) == {
        first.row: Reach(addressed=3, received=1, missing=2),
        second.row: Reach(addressed=1, voice_failed=1, troubled=1),
        999: Reach(),
    }


def test_whoever_heard_an_earlier_revision_is_counted_once(ledger: Ledger) -> None:
    """Promise 6: the page says who had already heard it."""
    for revision in (1, 2, 3):
        accept(ledger, alert("a-1", revision))
    ledger.deliveries.record(
        [
            report("t-1", received_at=NOW, voice_started_at=NOW),
            report("t-1", revision=2, confirmed_at=NOW),
            report("t-2", received_at=NOW, displayed_at=NOW),
            report("t-3", revision=3, voice_started_at=NOW),
        ]
    )
    assert [ledger.deliveries.heard("a-1", revision) for revision in (1, 2, 3, 4)] == [0, 1, 1, 2]


def test_those_without_connection_are_counted_while_an_alert_is_on_its_way(ledger: Ledger) -> None:
    row = accept(ledger, alert()).row
    ledger.presences.record([presence("t-1", online=False), presence("t-2")])
    assert ledger.deliveries.away([row, 999]) == {row: 2, 999: 0}
    ledger.deliveries.record([report("t-1", received_at=NOW)])
    assert ledger.deliveries.away([row]) == {row: 1}
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    assert ledger.deliveries.away([row]) == {row: 0}, "nobody waits for one that has left"


def test_a_batch_is_written_whole_or_not_at_all(ledger: Ledger) -> None:
    accept(ledger, alert())
    unwritable = report("t-2").model_copy(update={"reason": "\ud800", "outcome": Outcome.REFUSED})
    with pytest.raises(UnicodeEncodeError):
        ledger.deliveries.record([report("t-1", received_at=NOW), unwritable])
    assert lines(ledger) == dict.fromkeys(TERMINALS, Delivery())
