"""What is read of several tables at once, for files, the first page and whoever watches the centre."""

from datetime import timedelta

from broadcaster.domain.incident import Incident, Kind, Urgency
from broadcaster.domain.standing import Circumstances, Standing
from broadcaster.domain.telling import Telling
from broadcaster.ledger import Ledger
from broadcaster.ledger.answers import Answer
from kokuchi.wire import Outcome, Speaker
from kokuchi.wire.fields import iso
from tests.broadcaster.examples import NOW, accept, alert, presence, report, terminals

UNANSWERED = Circumstances(Standing.OFFLINE)


def test_deliveries_of_several_alerts_come_with_their_standings(ledger: Ledger) -> None:
    first, second = accept(ledger, alert("a-1")), accept(ledger, alert("a-2", audience=terminals("t-2")))
    ledger.deliveries.record([report("t-2", "a-2", received_at=NOW, outcome=Outcome.REFUSED, reason="%s ? :name")])
    asked = {second.row: UNANSWERED, first.row: Circumstances(Standing.OFFLINE, Standing.NEVER_SEEN)}
    lines = ledger.delivery_history.lines(asked)
    assert [(row, line.line.terminal.id, line.standing) for row, line in lines] == [
        (second.row, "t-2", Standing.REFUSED),
        *((first.row, name, Standing.NEVER_SEEN) for name in ("t-1", "t-2", "t-3")),
    ]
    row = ledger.delivery_history.row_of("t-2")
    assert row is not None
    assert [each for each, _ in ledger.delivery_history.lines(asked, [row])] == [second.row, first.row]
    assert ledger.delivery_history.alerts_of("t-2") == [second.row, first.row]
    assert [each.accepted for each in ledger.delivery_history.revisions([first.row, second.row])] == [first, second]
    assert len(ledger.progress.lines(first.row, UNANSWERED, limit=None)) == 3
    assert len(ledger.progress.lines(first.row, UNANSWERED, limit=2, offset=2)) == 1


def test_the_first_page_sums_up_alerts(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    later = NOW + timedelta(hours=1)
    assert ledger.overview.valid(later) == [accepted.row]
    assert ledger.overview.last_heard() == NOW
    [sent] = ledger.overview.sent(NOW, later)
    assert (sent.category, sent.drill, sent.count) == ("scam", False, 1)
    assert ledger.monthly_tests.newest(5) == []


def test_what_ails_terminals_is_found(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED, disk_free_mib=1), presence("t-2", online=False)])
    areas, ailing = ledger.ailing.look("0.1", NOW)
    assert areas == {"kita": 2}
    found = {(each.terminal, each.kind) for each in ailing}
    assert found == {("t-1", Kind.TERMINALS_SOUND), ("t-1", Kind.TERMINALS_STORAGE), ("t-2", Kind.TERMINALS_OFF)}


def test_an_incident_is_told_once_by_a_mail_that_waits(ledger: Ledger) -> None:
    assert ledger.incidents.keep([Incident(Kind.DISK_LOW, Urgency.SOON)], NOW)
    [episode] = ledger.incidents.standing()
    ledger.mails.write("<1@x>", "件名", "本文", Telling(begun=(episode,), ended=(), standing=()), NOW)
    assert ledger.mails.told().newest == NOW
    [mail] = ledger.mails.due(NOW)
    ledger.mails.settle(mail, None, NOW)
    assert ledger.mails.oldest_waiting() is None
    assert ledger.incidents.last_told() == {Kind.DISK_LOW: NOW}


def test_a_database_in_good_order_is_found_so(ledger: Ledger) -> None:
    ledger.heartbeat.beat(NOW)
    ledger.heartbeat.check_database(NOW)
    beat = ledger.heartbeat.last()
    assert beat is not None
    assert (beat.at, beat.checked_at, beat.fault) == (NOW, NOW, "")


def test_the_last_sign_of_life_of_each_collector_is_kept(ledger: Ledger) -> None:
    assert ledger.collectors.signs() == {}
    later = NOW + timedelta(seconds=10)
    ledger.collectors.give_sign(2, NOW)
    ledger.collectors.give_sign(3, NOW)
    ledger.collectors.give_sign(2, later)
    assert ledger.collectors.signs() == {2: later, 3: NOW}


def test_what_was_started_before_and_has_not_ended_has_crashed(ledger: Ledger) -> None:
    minute = timedelta(minutes=1)
    assert ledger.starts.crashes_since(NOW) == 0
    for _ in range(3):
        ledger.starts.begin(NOW)
    assert ledger.starts.crashes_since(NOW) == 2, "the last one runs"
    ledger.starts.end(NOW + minute)
    ledger.starts.begin(NOW + minute)
    assert ledger.starts.crashes_since(NOW) == 2
    assert ledger.starts.crashes_since(NOW + minute) == 0
    ledger.starts.begin(NOW + timedelta(days=1, minutes=1))
    assert ledger.starts.crashes_since(NOW) == 1, "the last day is kept"


def test_a_request_that_was_asked_twice_was_begun_once(ledger: Ledger) -> None:
    secret = ledger.tokens.make("other", frozenset(), NOW + timedelta(days=1), "shell", NOW)
    token = ledger.tokens.find(secret)
    assert token is not None
    begun = ledger.answers.begin(token.row, "key", "request", NOW)
    ledger.answers.finish(begun, Answer(201, "{}"))
    again = ledger.answers.begin(token.row, "key", "request", NOW + timedelta(minutes=1))
    assert (iso(again.at), again.answer) == (iso(NOW), Answer(201, "{}"))
