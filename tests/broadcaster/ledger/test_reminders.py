"""Who is connected and yet says nothing of an alert is sent it again."""

from datetime import timedelta

import pytest

from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from tests.broadcaster.examples import NOW, accept, alert, presence, report

SOON, LATE = NOW + timedelta(seconds=29), NOW + timedelta(seconds=30)


@pytest.fixture
def row(ledger: Ledger) -> int:
    """An alert for all, of whom t-1 and t-2 are connected."""
    ledger.presences.record([presence("t-1"), presence("t-2"), presence("t-3", online=False)])
    return accept(ledger, alert()).row


def due(ledger: Ledger, seconds: float) -> list[str]:
    return [reminder.terminal for reminder in ledger.reminders.claim(NOW + timedelta(seconds=seconds))]


def test_only_those_are_reminded_that_are_connected_and_silent(ledger: Ledger, row: int) -> None:
    ledger.deliveries.record([report("t-2", received_at=NOW)])
    assert not ledger.reminders.are_due(SOON)
    assert due(ledger, 29) == []
    assert ledger.reminders.are_due(LATE)
    assert due(ledger, 30) == ["t-1"]
    attempts = {line.terminal.id: line.attempts for line in ledger.deliveries.of_alert(row)}
    assert attempts == {"t-1": 1, "t-2": 0, "t-3": 0}


def test_each_attempt_is_due_after_twice_as_long(ledger: Ledger, row: int) -> None:
    assert row
    found = [seconds for seconds in range(0, 600, 10) if "t-1" in due(ledger, seconds)]
    assert found == [30, 90, 210, 450]


def test_nobody_is_reminded_of_what_has_expired_or_has_a_newer_revision(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1")])
    accept(ledger, alert("expired", hours=0.001))
    accept(ledger, alert("updated"))
    update = accept(ledger, alert("updated", 2))
    reminders = ledger.reminders.claim(LATE)
    assert [(reminder.alert_row, reminder.terminal) for reminder in reminders] == [(update.row, "t-1")]


def test_when_the_broker_has_lost_everything_nobody_counts_as_connected(ledger: Ledger, row: int) -> None:
    assert row
    ledger.presences.doubt()
    assert not any(found.online for found in ledger.presences.all().values())
    assert due(ledger, 30) == []


def test_who_left_service_before_the_first_reminder_is_not_reminded(ledger: Ledger, row: int) -> None:
    assert row
    ledger.service.step(Step.SUSPEND, ["t-1"], "hanako", SOON)
    assert due(ledger, 30) == ["t-2"]


def test_what_nobody_has_answered_for_costs_an_entry_only_from_its_first_reminder_on(ledger: Ledger, row: int) -> None:
    def entries() -> int:
        found = ledger.connections.read().execute("SELECT count(*) FROM deliveries WHERE next_attempt_at IS NOT NULL")
        return int(found.fetchone()[0])

    ledger.deliveries.record([report("t-2", received_at=NOW)])
    assert row
    assert entries() == 0
    assert due(ledger, 30) == ["t-1"]
    assert entries() == 2, "t-1 is silent and t-3 not connected"
