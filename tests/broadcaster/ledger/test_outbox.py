"""What is still to be published (promise 1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from broadcaster.ledger import Ledger
from tests.broadcaster.examples import NOW, accept, alert, areas


def test_what_is_claimed_is_claimed_once_and_oldest_first(ledger: Ledger) -> None:
    rows = [accept(ledger, alert(f"a-{number}")).row for number in range(3)]
    assert ledger.outbox.has_waiting()
    assert [item.alert_row for item in ledger.outbox.claim(NOW, limit=2)] == rows[:2]
    assert [item.alert_row for item in ledger.outbox.claim(NOW)] == rows[2:]
    assert ledger.outbox.claim(NOW) == []
    assert not ledger.outbox.has_waiting()


def test_what_is_claimed_still_counts_as_not_gone_out(ledger: Ledger) -> None:
    row = accept(ledger, alert(audience=areas("kita", "minami"))).row
    ledger.outbox.claim(NOW, limit=1)
    assert ledger.outbox.backlog().waiting == 2
    assert ledger.outbox.waiting_alerts() == {row}


def test_what_the_broker_took_is_done(ledger: Ledger) -> None:
    accept(ledger, alert())
    ledger.outbox.settle([(item, None) for item in ledger.outbox.claim(NOW)], NOW)
    ledger.outbox.release()
    assert ledger.outbox.claim(NOW) == []
    assert ledger.outbox.backlog().waiting == 0
    assert ledger.outbox.waiting_alerts() == set()


def test_what_failed_waits_for_the_next_attempt_and_says_why(ledger: Ledger) -> None:
    accept(ledger, alert())
    [item] = ledger.outbox.claim(NOW)
    ledger.outbox.settle([(item, "the broker is gone" + "!" * 500)], NOW)
    assert ledger.outbox.backlog().waiting == 1
    assert ledger.outbox.backlog().last_failure.startswith("the broker is gone")
    assert ledger.outbox.claim(NOW) == [item]
    ledger.outbox.settle([(item, None)], NOW)
    assert ledger.outbox.backlog().last_failure == ""


def test_what_an_earlier_run_had_claimed_is_released(ledger: Ledger) -> None:
    accept(ledger, alert())
    claimed = ledger.outbox.claim(NOW)
    ledger.outbox.release()
    assert ledger.outbox.claim(NOW) == claimed


def test_what_expired_while_it_waited_is_not_published(ledger: Ledger) -> None:
    accept(ledger, alert("old", hours=1))
    fresh = accept(ledger, alert("fresh", hours=2))
    claimed = ledger.outbox.claim(NOW + timedelta(hours=1))
    assert [item.alert_row for item in claimed] == [fresh.row]
    assert ledger.outbox.backlog().waiting == 1


def test_what_has_not_expired_is_published_once_more_when_the_broker_has_lost_it(ledger: Ledger) -> None:
    accept(ledger, alert("old", hours=1))
    fresh = accept(ledger, alert("fresh", hours=2))
    ledger.outbox.settle([(item, None) for item in ledger.outbox.claim(NOW)], NOW)
    ledger.outbox.republish(NOW + timedelta(hours=1))
    assert [item.alert_row for item in ledger.outbox.claim(NOW + timedelta(hours=1))] == [fresh.row]


def test_two_threads_and_two_connections_never_claim_the_same_row(ledger: Ledger) -> None:
    for number in range(40):
        accept(ledger, alert(f"a-{number}", audience=areas("kita", "minami")))
    other = Ledger(ledger.place)

    def claim_all(claimer: Ledger) -> list[int]:
        mine: list[int] = []
        while claimed := claimer.outbox.claim(NOW, limit=3):
            mine += [item.row for item in claimed]
        return mine

    with ThreadPoolExecutor(4) as threads:
        claimed = [row for mine in threads.map(claim_all, [ledger, other, ledger, other]) for row in mine]
    other.close()
    assert len(claimed) == 80
    assert len(set(claimed)) == 80
