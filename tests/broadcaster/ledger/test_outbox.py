"""What is still to be published (promise 1)."""

from datetime import timedelta

from broadcaster.ledger import Ledger
from tests.broadcaster.examples import NOW, accept, alert, areas


def test_what_is_due_comes_oldest_first_and_waits_until_the_broker_has_answered(ledger: Ledger) -> None:
    rows = [accept(ledger, alert(f"a-{number}")).row for number in range(3)]
    first = ledger.outbox.due(NOW, limit=2)
    assert [item.alert_row for item in first] == rows[:2]
    assert ledger.outbox.due(NOW, limit=2) == first
    ledger.outbox.settle([(item, None) for item in first], NOW)
    assert [item.alert_row for item in ledger.outbox.due(NOW)] == rows[2:]


def test_what_is_on_its_way_still_counts_as_not_gone_out(ledger: Ledger) -> None:
    row = accept(ledger, alert(audience=areas("kita", "minami"))).row
    first, _ = ledger.outbox.due(NOW)
    assert ledger.outbox.backlog().waiting == 2
    ledger.outbox.settle([(first, None)], NOW)
    assert ledger.outbox.has_waiting()
    assert ledger.outbox.waiting_alerts() == {row}


def test_what_the_broker_took_is_done(ledger: Ledger) -> None:
    accept(ledger, alert())
    ledger.outbox.settle([(item, None) for item in ledger.outbox.due(NOW)], NOW)
    assert ledger.outbox.due(NOW) == []
    assert not ledger.outbox.has_waiting()
    assert ledger.outbox.backlog().waiting == 0
    assert ledger.outbox.waiting_alerts() == set()


def test_what_failed_waits_for_the_next_attempt_and_says_why(ledger: Ledger) -> None:
    accept(ledger, alert())
    [item] = ledger.outbox.due(NOW)
    ledger.outbox.settle([(item, "the broker is gone" + "!" * 500)], NOW)
    assert ledger.outbox.backlog().waiting == 1
    assert ledger.outbox.backlog().last_failure.startswith("the broker is gone")
    assert ledger.outbox.due(NOW) == [item]
    ledger.outbox.settle([(item, None)], NOW)
    assert ledger.outbox.backlog().last_failure == ""


def test_what_expired_while_it_waited_is_not_published(ledger: Ledger) -> None:
    accept(ledger, alert("old", hours=1))
    fresh = accept(ledger, alert("fresh", hours=2))
    due = ledger.outbox.due(NOW + timedelta(hours=1))
    assert [item.alert_row for item in due] == [fresh.row]
    assert ledger.outbox.backlog().waiting == 1


def test_what_has_not_expired_is_published_once_more_when_the_broker_has_lost_it(ledger: Ledger) -> None:
    accept(ledger, alert("old", hours=1))
    fresh = accept(ledger, alert("fresh", hours=2))
    ledger.outbox.settle([(item, None) for item in ledger.outbox.due(NOW)], NOW)
    ledger.outbox.republish(NOW + timedelta(hours=1))
    assert [item.alert_row for item in ledger.outbox.due(NOW + timedelta(hours=1))] == [fresh.row]
