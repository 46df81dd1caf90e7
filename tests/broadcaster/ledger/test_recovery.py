"""What a restored ledger holds back, and what it cannot do by accident. NOW is the moment of the restore."""

from datetime import timedelta

import pytest

from broadcaster.domain.audit import Deed, Wanted
from broadcaster.domain.draft import withdraw
from broadcaster.domain.enrolment import EnrolmentCode
from broadcaster.domain.timing import Timing
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.recovery import LEAP, LIFT
from broadcaster.ledger.resends import SentAgainMeanwhile
from broadcaster.ledger.submissions import Filing
from kokuchi.wire.fields import iso
from tests.broadcaster.examples import NOW, TOPICS, TOWN, accept, alert, presence, report

BACKUP = NOW - timedelta(hours=6)
SENT = NOW - timedelta(hours=8)


@pytest.fixture
def restored(ledger: Ledger) -> Ledger:
    """One alert that everybody was sent, one that waited when the backup was made, and one that has expired."""
    accept(ledger, alert("a-1", sent=SENT))
    [publication] = ledger.outbox.due(SENT)
    ledger.outbox.settle([(publication, None)], SENT)
    ledger.deliveries.record([report("t-1", received_at=SENT)])
    accept(ledger, alert("a-2", sent=SENT))
    accept(ledger, alert("a-3", sent=SENT, hours=1))
    ledger.presences.record([presence("t-2")])
    ledger.recovery.begin(BACKUP, NOW)
    return ledger


def test_nothing_that_is_older_than_the_backup_goes_out_by_itself(restored: Ledger) -> None:
    assert [held.alert.identifier for held in restored.recovery.held()] == ["a-1", "a-2"]
    restored.outbox.republish(NOW)
    assert restored.outbox.due(NOW) == []
    restored.connections.read().execute("UPDATE presences SET online = 1")
    assert restored.reminders.claim(NOW + timedelta(hours=1)) == []
    assert restored.alerts.active_for("t-2", NOW) == []


def test_nobody_is_taken_for_connected_before_they_speak(restored: Ledger) -> None:
    assert restored.presences.all()["t-2"].online is False
    row = restored.connections.read().execute("SELECT changed_at FROM presences").fetchone()
    assert row["changed_at"] == iso(NOW), "they are away since the restore, and not for as long as they were there"


def test_a_withdrawal_that_the_backup_knows_goes_on(ledger: Ledger) -> None:
    first = accept(ledger, alert("a-1", sent=SENT))
    cancel = ledger.alerts.accept(withdraw(first.alert, SENT), ["topic"], ["t-1"], "hanako")
    assert ledger.recovery.begin(BACKUP, NOW).held == 0
    assert [active.row for active in ledger.alerts.active_for("t-1", NOW)] == [cancel.row]


def test_what_is_written_after_the_restore_goes_out_at_once(restored: Ledger) -> None:
    new = accept(restored, alert("b-1"))
    assert [item.alert_row for item in restored.outbox.due(NOW)] == [new.row]
    assert [active.row for active in restored.alerts.active_for("t-2", NOW)] == [new.row]


def test_an_alert_that_somebody_lets_stand_goes_out_again_and_the_others_wait(restored: Ledger) -> None:
    assert restored.recovery.release("a-1", "hanako", NOW)
    assert not restored.recovery.release("a-1", "hanako", NOW)
    assert [held.alert.identifier for held in restored.recovery.held()] == ["a-2"]
    assert len(restored.outbox.due(NOW)) == 1
    assert [active.alert.identifier for active in restored.alerts.active_for("t-2", NOW)] == ["a-1"]
    assert restored.reminders.are_due(NOW + timedelta(hours=1))
    [entry] = restored.audit.wanted(Wanted(deed=Deed.RESENT), 5)
    assert (entry.actor, entry.subject, entry.detail) == ("hanako", "a-1", "2")


def test_a_withdrawal_after_the_restore_is_beyond_every_revision_that_may_have_been_lost(restored: Ledger) -> None:
    known = restored.alerts.get("a-1")
    assert known is not None
    cancel = withdraw(known.alert, NOW)
    accepted = restored.alerts.accept(cancel, TOPICS.of_audience(cancel.audience), ["t-1", "t-2", "t-3"], "hanako")
    assert accepted.alert.revision == 1 + LEAP
    assert restored.alerts.get("a-1") == accepted
    assert [active.alert.revision for active in restored.alerts.active_for("t-1", NOW)] == [1 + LEAP]
    assert [held.alert.identifier for held in restored.recovery.held()] == ["a-2"]
    later = withdraw(accepted.alert, NOW)
    assert restored.alerts.accept(later, [], [], "hanako").alert.revision == 2 + LEAP


def test_what_is_held_is_not_sent_again_before_somebody_lets_it_stand(restored: Ledger) -> None:
    held = restored.alerts.get("a-1")
    assert held is not None
    with pytest.raises(SentAgainMeanwhile):
        restored.resends.add(held, 1, "unreached", "hanako", NOW)
    assert restored.outbox.due(NOW) == []
    restored.recovery.release("a-1", "hanako", NOW)
    assert restored.resends.add(held, 1, "unreached", "hanako", NOW) == 2


def test_what_was_corrected_meanwhile_is_not_let_out_by_whoever_still_sees_it_held(restored: Ledger) -> None:
    held = restored.alerts.get("a-1")
    assert held is not None
    corrected = restored.alerts.accept(alert("a-1", 2), ["topic"], None, "jiro")
    assert not restored.recovery.release("a-1", "hanako", NOW)
    assert [item.alert_row for item in restored.outbox.due(NOW)] == [corrected.row]


def test_terminals_tell_that_an_alert_was_changed_after_the_backup(restored: Ledger) -> None:
    restored.recovery.note_surpassed([report("t-1", "a-1", 3), report("t-2", "a-1", 2), report("t-1", "a-2", 1)])
    assert [held.surpassed_by for held in restored.recovery.held()] == [3, None]
    known = restored.alerts.get("a-1")
    assert known is not None
    assert restored.alerts.accept(withdraw(known.alert, NOW), [], [], "hanako").alert.revision == 3 + LEAP


def test_what_was_planned_goes_back_to_its_author_and_what_was_due_meanwhile_is_missed(ledger: Ledger) -> None:
    for name, at in (("p-1", NOW - timedelta(minutes=5)), ("p-2", NOW + timedelta(hours=5))):
        timing = Timing(at)
        ledger.submissions.plan(Filing(name, 0, Written(headline=name), timing, "hanako", SENT, ""), at)

    restored = ledger.recovery.begin(BACKUP, NOW)

    assert restored.taken_back == 2
    assert ledger.timetable.due(NOW + timedelta(days=1)) == []
    assert [(lapse.submission.identifier, lapse.at) for lapse in ledger.timetable.lapses()] == [
        ("p-1", NOW - timedelta(minutes=5))
    ]
    assert {draft.identifier for draft in ledger.drafts.unsent()} == {"p-1", "p-2"}


def test_what_opened_something_at_the_time_of_the_backup_opens_nothing_now(ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("INSERT INTO accounts VALUES ('hanako', '', 'author', '', '', NULL, NULL, 0)")
    ledger.sessions.begin("token", "hanako", "", NOW)
    assert ledger.sessions.get("token", NOW) is not None
    ledger.enrolment.add("hash", EnrolmentCode("t-1", "hanako", SENT, NOW + timedelta(days=1)))
    ledger.recovery.begin(BACKUP, NOW)
    assert ledger.sessions.get("token", NOW) is None
    code = ledger.enrolment.newest("t-1")
    assert code is not None
    assert code.superseded_at == NOW


def test_the_dictionary_is_beyond_the_one_that_terminals_hold(ledger: Ledger) -> None:
    before = ledger.dictionary.take_base([], TOWN.id, SENT)
    ledger.recovery.begin(BACKUP, NOW)
    standing = ledger.dictionary.standing()
    assert standing is not None
    assert (ledger.dictionary.revision(), standing.revision) == (before + LIFT, before + LIFT)
