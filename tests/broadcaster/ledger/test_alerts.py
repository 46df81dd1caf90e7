"""What was accepted (promise 1)."""

from datetime import timedelta

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import AlertExists
from tests.broadcaster.examples import NOW, TOPICS, accept, alert, areas, terminals


def test_an_accepted_alert_has_its_outbox_and_an_open_delivery_for_each_recipient(ledger: Ledger) -> None:
    accepted = accept(ledger, alert(audience=areas("kita", "minami")))
    assert accepted.accepted_by == "hanako"
    assert ledger.alerts.get("a-1") == accepted
    assert ledger.alerts.by_row(accepted.row) == accepted
    assert [item.topic for item in ledger.outbox.due(NOW)] == [
        f"{TOPICS.root}/alert/area/kita",
        f"{TOPICS.root}/alert/area/minami",
    ]
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2", "t-3"]


def test_the_same_revision_is_refused_the_second_time_and_leaves_no_trace(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    with pytest.raises(AlertExists, match="a-1 has revision 1 already"):
        accept(ledger, alert(body="ほかの本文"))
    assert ledger.alerts.get("a-1") == accepted
    assert ledger.outbox.backlog().waiting == 1


def test_an_alert_that_fails_halfway_is_not_there_at_all(ledger: Ledger) -> None:
    """The same recipient twice breaks the last of the three inserts."""
    with pytest.raises(Exception, match=r"(?i)unique constraint"):
        ledger.alerts.accept(alert(), ["topic"], ["t-1", "t-1"], "hanako")
    assert ledger.alerts.get("a-1") is None
    assert ledger.outbox.backlog().waiting == 0
    accept(ledger, alert())


def test_the_newest_revision_is_the_alert(ledger: Ledger) -> None:
    accept(ledger, alert())
    update = accept(ledger, alert(revision=2, body="あたらしい本文"))
    assert ledger.alerts.get("a-1") == update
    first = ledger.alerts.revision("a-1", 1)
    assert first is not None
    assert first.alert == alert()
    assert ledger.alerts.revision("a-1", 3) is None


def test_alerts_are_listed_newest_first_a_page_at_a_time(ledger: Ledger) -> None:
    for number in range(5):
        accept(ledger, alert(f"a-{number}", sent=NOW + timedelta(minutes=number)))
    accept(ledger, alert("a-0", 2, sent=NOW + timedelta(hours=1)))
    assert [found.alert.identifier for found in ledger.alerts.newest(3)] == ["a-0", "a-4", "a-3"]
    assert [found.alert.identifier for found in ledger.alerts.newest(3, 3)] == ["a-2", "a-1"]


def test_active_for_a_terminal_are_the_newest_revisions_that_are_for_it_and_have_not_expired(ledger: Ledger) -> None:
    accept(ledger, alert("for-all"))
    accept(ledger, alert("for-t-2", audience=terminals("t-2")))
    accept(ledger, alert("expired", hours=1))
    accept(ledger, alert("updated"))
    accept(ledger, alert("updated", 2))
    now = NOW + timedelta(hours=1)
    active = ledger.alerts.active_for("t-1", now)
    assert [(found.alert.identifier, found.alert.revision) for found in active] == [("for-all", 1), ("updated", 2)]
    assert ledger.alerts.active_for("t-9", now) == []
