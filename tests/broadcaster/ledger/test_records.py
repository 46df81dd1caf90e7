"""Terminals, presences, the quarantine, the broker's state and accounts."""

from datetime import timedelta

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger, passwords
from broadcaster.ledger.accounts import Account, AccountError
from broadcaster.ledger.broker import BrokerState
from broadcaster.ledger.terminals import TerminalExists
from kokuchi.storage import CONFLICT
from kokuchi.wire import Refusal, WireError
from kokuchi.wire.fields import iso
from tests.broadcaster.examples import NOW, ROSTER, presence
from tests.passwords import SHIPPED


def test_the_roster_comes_back_as_it_went_in(ledger: Ledger) -> None:
    assert list(ledger.terminals.all()) == list(ROSTER)
    assert ledger.terminals.get("t-1") == ROSTER[0]
    assert ledger.terminals.get("t-9") is None
    assert ledger.terminals.password_hashes() == {t.id: f"hash of {t.id}" for t in ROSTER}


def test_terminals_are_added_all_or_none(ledger: Ledger) -> None:
    new, known = Terminal("t-4", "例示", "household", "kita"), ROSTER[1]
    with pytest.raises(TerminalExists, match=r"already in the roster: t-2$"):
        ledger.terminals.add([(new, "hash"), (known, "hash")])
    with pytest.raises(TerminalExists, match="given twice"):
        ledger.terminals.add([(new, "hash"), (new, "hash")])
    assert list(ledger.terminals.all()) == list(ROSTER)


def test_the_newest_presence_of_each_terminal_is_kept_in_the_brokers_order(ledger: Ledger) -> None:
    """A last will bears the time at which its connection was made, so it is older than what it ends."""
    alive = presence("t-1", sent=NOW + timedelta(hours=1), speaker="working")
    will = presence("t-1", online=False)
    ledger.presences.record([presence("t-2"), alive])
    assert ledger.presences.all() == {"t-1": alive, "t-2": presence("t-2")}
    ledger.presences.record([will])
    assert ledger.presences.all()["t-1"] == will


def test_the_presence_of_an_unknown_terminal_is_not_kept(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-9")])
    assert ledger.presences.all() == {}


def test_the_quarantine_keeps_the_last_thousand_and_the_first_bytes_of_each(ledger: Ledger) -> None:
    error = WireError(Refusal.MALFORMED, "the message is not JSON in UTF-8")

    with ledger.connections.write() as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
            " INSERT INTO quarantine (arrived_at, topic, refusal, detail, payload)"
            " SELECT 't', 't', 'r', 'd', ? FROM n",
            [bytes(1)],
        )
    ledger.quarantine.put([("topic/" + "x" * 1000, b"\xff" * 100_000, error)], NOW)
    assert ledger.quarantine.count() == 1000
    row = ledger.connections.read().execute("SELECT * FROM quarantine ORDER BY id DESC").fetchone()
    assert (len(row["topic"]), len(row["payload"]), row["refusal"]) == (200, 4096, "malformed")
    assert row["detail"] == "the message is not JSON in UTF-8"


def test_since_when_the_broker_is_there_or_away_does_not_move_while_it_stays_so(ledger: Ledger) -> None:
    later = NOW + timedelta(minutes=1)
    assert ledger.broker.state() is None
    ledger.broker.record(False, "no broker answers", NOW)
    ledger.broker.record(False, "the broker refused", later)
    assert ledger.broker.state() == BrokerState(False, "the broker refused", NOW)
    ledger.broker.record(True, "", later)
    assert ledger.broker.state() == BrokerState(True, "", later)


PASSWORD = "correct horse battery"
HANAKO = Account("hanako", "見本 花子", Role.AUTHOR)


def test_an_account_logs_in_with_its_own_password_only(ledger: Ledger) -> None:
    ledger.accounts.add(HANAKO, PASSWORD)
    ledger.accounts.add(Account("ops", "運用", Role.OPERATOR), "another password")
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO
    assert ledger.accounts.log_in("hanako", "another password") is None
    assert ledger.accounts.log_in("hanako", "") is None
    assert ledger.accounts.log_in("nobody", PASSWORD) is None
    assert ledger.accounts.log_in("nobody", "nobody") is None
    assert ledger.accounts.get("hanako") == HANAKO
    assert ledger.accounts.get("nobody") is None
    assert [account.name for account in ledger.accounts.all()] == ["hanako", "ops"]


def test_a_password_is_kept_as_an_argon2id_hash_only(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", SHIPPED)
    ledger.accounts.add(HANAKO, PASSWORD)
    row = ledger.connections.read().execute("SELECT * FROM accounts").fetchone()
    assert row["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106, 4"
    assert PASSWORD not in [str(value) for value in row]


def test_a_short_password_and_a_name_that_is_taken_are_refused(ledger: Ledger) -> None:
    with pytest.raises(AccountError, match="at least 12 characters"):
        ledger.accounts.add(HANAKO, "123456789")
    ledger.accounts.add(HANAKO, PASSWORD)
    with pytest.raises(AccountError, match="'hanako' already"):
        ledger.accounts.add(Account("hanako", "ほかの人", Role.ADMINISTRATOR), PASSWORD)
    assert ledger.accounts.all() == [HANAKO]


def test_a_damaged_hash_lets_nobody_in(ledger: Ledger) -> None:
    ledger.accounts.add(HANAKO, PASSWORD)
    with ledger.connections.write() as db:
        db.execute("UPDATE accounts SET password_hash = 'nonsense'")
    assert ledger.accounts.log_in("hanako", PASSWORD) is None


def test_a_kind_that_the_ledger_does_not_know_is_refused_by_the_table(ledger: Ledger) -> None:
    with pytest.raises(CONFLICT), ledger.connections.write() as db:
        db.execute("UPDATE terminals SET kind = 'spaceship'")


def test_since_when_a_terminal_is_away_is_told_by_the_centres_clock(ledger: Ledger) -> None:
    first, later, latest = NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    ledger.presences.record([presence("t-1")], first)
    ledger.presences.record([presence("t-1", online=False)], later)
    ledger.presences.record([presence("t-1", online=False)], latest)
    row = ledger.connections.read().execute("SELECT changed_at FROM presences").fetchone()
    assert row["changed_at"] == iso(later)
