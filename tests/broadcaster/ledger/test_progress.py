"""How far an alert has come, counted by SQLite."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL
from broadcaster.domain.delivery import Delivery, Stage, is_out_of_service, merge, reach, trouble
from broadcaster.domain.service import Service, Step
from broadcaster.domain.standing import TROUBLES, Circumstances, Standing
from broadcaster.ledger import Ledger
from broadcaster.ledger.progress import Selection, Tick
from broadcaster.ledger.resends import SentAgainMeanwhile
from kokuchi.wire import DeliveryReport
from tests.broadcaster.examples import NOW, TOPICS, accept, alert, presence, report
from tests.broadcaster.ledger.colliding import colliding_reports

OPEN = Circumstances(Standing.NO_ANSWER)
LATE = NOW + timedelta(minutes=5)
numbers = itertools.count()


def reports() -> st.SearchStrategy[DeliveryReport]:
    told = colliding_reports(["t-1", "t-2", "t-3"], "a-1", [1], st.none() | st.just(NOW), [""])
    # A terminal reports nothing of an alert before it has it, except that it refused it or that it came too late.
    return told.map(lambda one: one.model_copy(update={"received_at": NOW}))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(reports(), max_size=4), left=st.sets(st.sampled_from(["t-1", "t-2", "t-3"])))
def test_what_stands_out_is_the_same_for_the_ledger_and_for_the_domain(
    ledger: Ledger, said: list[DeliveryReport], left: set[str]
) -> None:
    name = f"a-{next(numbers)}"
    row = accept(ledger, alert(name)).row
    known = {"t-2": presence("t-2"), "t-3": presence("t-3", online=False)}
    ledger.presences.record(known.values())
    ledger.service.step(Step.SUSPEND, left, "hanako", NOW)
    ledger.deliveries.record(report.model_copy(update={"alert": name}) for report in said)
    lines = ledger.progress.lines(row, OPEN, limit=9)
    assert [line.line.terminal.id for line in lines] == ["t-1", "t-2", "t-3"]
    for line in lines:
        terminal, delivery = line.line.terminal.id, Delivery()
        service = Service.SUSPENDED if terminal in left else Service.IN_SERVICE
        for one in said:
            delivery = merge(delivery, Delivery.of(one)) if one.terminal == terminal else delivery
        assert TROUBLES.get(line.standing) is trouble(delivery, service, known.get(terminal), NOW, LATE)
        assert (line.standing is Standing.OUT_OF_SERVICE) == is_out_of_service(delivery, service)
    counted = reach((line.line.delivery, line.line.terminal.service) for line in lines)
    assert ledger.deliveries.reach([row])[row] == counted
    assert ledger.progress.count(row, OPEN, Selection("unreached")) == counted.unreached
    ledger.service.step(Step.RESUME, left, "hanako", NOW)


def test_each_delivery_is_counted_once_by_area_and_standing(ledger: Ledger) -> None:
    row = accept(ledger, alert()).row
    ledger.presences.record([presence("t-2", online=False)])
    ledger.deliveries.record(
        [report("t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW), report("t-3", received_at=NOW)]
    )
    shares = {(share.area, share.standing): share for share in ledger.progress.shares(row, OPEN)}
    assert set(shares) == {
        ("kita", Standing.VOICED),
        ("kita", Standing.OFFLINE),
        ("minami", Standing.RECEIVED),
    }
    voiced = shares["kita", Standing.VOICED]
    assert (voiced.terminals, voiced.received, voiced.heard, voiced.confirmed) == (1, 1, 1, 0)
    assert shares["minami", Standing.RECEIVED].arrived == 1


@pytest.mark.parametrize("missing", [Standing.PENDING, Standing.NEVER_CAME, Standing.MISSED])
def test_what_has_not_arrived_has_the_standing_of_its_circumstances(ledger: Ledger, missing: Standing) -> None:
    row = accept(ledger, alert()).row
    [*lines] = ledger.progress.lines(row, Circumstances(Standing.AWAITED, missing), limit=9)
    assert {line.standing for line in lines} == {missing}


def test_ticks_say_how_many_reached_which_stage_in_which_second(ledger: Ledger) -> None:
    row = accept(ledger, alert()).row
    after = [NOW + timedelta(seconds=seconds) for seconds in (1.2, 1.7, 90)]
    ledger.deliveries.record(
        [
            report("t-1", received_at=after[0], confirmed_at=after[2]),
            report("t-2", received_at=after[1]),
            report("t-3", received_at=NOW - timedelta(seconds=3)),
        ]
    )
    assert ledger.progress.ticks(row, NOW) == [
        Tick(Stage.RECEIVED, 0, 1),
        Tick(Stage.RECEIVED, 1, 2),
        Tick(Stage.CONFIRMED, 90, 1),
    ]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["t-1", "t-2", "t-3"]),
        (Selection("unreached"), ["t-2", "t-3"]),
        (Selection("voiced"), ["t-1"]),
        (Selection("unconfirmed", area="kita"), ["t-1", "t-2"]),
        (Selection(group="elderly"), ["t-1"]),
        (Selection(search="見本"), ["t-1", "t-2"]),
        (Selection(search="見本　太 郎"), ["t-2"]),
        (Selection(search="%"), []),
        (Selection("confirmed"), []),
    ],
)
def test_lines_are_found_by_state_area_group_and_household(
    ledger: Ledger, selection: Selection, found: list[str]
) -> None:
    row = accept(ledger, alert()).row
    ledger.deliveries.record([report("t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW)])
    lines = ledger.progress.lines(row, OPEN, selection, limit=9)
    assert [line.line.terminal.id for line in lines] == found
    assert ledger.progress.count(row, OPEN, selection) == len(found)


def test_who_is_not_reached_is_sent_it_again_on_its_own_topic_and_that_is_recorded(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    ledger.outbox.settle([(item, None) for item in ledger.outbox.due(NOW)], NOW)
    ledger.deliveries.record([report("t-1", received_at=NOW, voiced_at=NOW)])
    assert ledger.resends.add(accepted, 1, "unreached", "hanako", LATE) == 2
    assert sorted(item.topic for item in ledger.outbox.due(LATE)) == [
        f"{TOPICS.root}/alert/terminal/t-2",
        f"{TOPICS.root}/alert/terminal/t-3",
    ]
    [resend] = ledger.resends.of_alert(accepted.row)
    assert (resend.at, resend.by, resend.terminals) == (LATE, "hanako", 2)
    [entry, *_] = ledger.audit.newest(5)
    assert (entry.actor, entry.deed, entry.subject, entry.detail) == ("hanako", "resent", "a-1", "2")


def test_of_two_who_send_it_again_one_wins_and_nothing_is_put_out_twice(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    ledger.resends.add(accepted, 1, "unreached", "hanako", LATE)
    with pytest.raises(SentAgainMeanwhile):
        ledger.resends.add(accepted, 1, "unreached", SHELL, LATE)
    ledger.resends.add(accepted, 2, "unheard", SHELL, LATE)
    topics = [item.topic for item in ledger.outbox.due(LATE)]
    assert len(topics) == len(set(topics)) == 4


def test_what_is_not_valid_any_more_is_not_sent_again(ledger: Ledger) -> None:
    old = accept(ledger, alert())
    accept(ledger, alert(revision=2))
    expired = accept(ledger, alert("short", hours=0.01))
    for accepted in (old, expired):
        with pytest.raises(SentAgainMeanwhile):
            ledger.resends.add(accepted, 1, "unreached", "hanako", LATE)
    assert ledger.resends.of_alert(old.row) == []


def test_with_nobody_to_send_to_nothing_is_recorded(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    ledger.deliveries.record(report(name, received_at=NOW) for name in ("t-1", "t-2", "t-3"))
    assert ledger.resends.add(accepted, 1, "unreached", "hanako", LATE) == 0
    assert ledger.resends.of_alert(accepted.row) == []


def test_the_household_of_a_line_is_the_roster_s(ledger: Ledger) -> None:
    row = accept(ledger, alert()).row
    [line] = ledger.progress.lines_of(row, OPEN, ["t-3"])
    assert line.line.terminal == Terminal("t-3", "みほん商店", "business", "minami")
