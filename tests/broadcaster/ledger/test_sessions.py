"""Sessions: when they begin, end, and are noted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.domain.audit import Deed
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HANAKO = Account("hanako", "見本 花子", Role.AUTHOR)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _staff(ledger: Ledger) -> None:
    ledger.accounts.add(HANAKO, PASSWORD)
    ledger.sessions.begin("a", "hanako", "192.0.2.1", NOW)


def test_a_session_is_known_by_its_token_also_to_another_process(ledger: Ledger) -> None:
    assert ledger.sessions.who("a", NOW) == HANAKO
    assert ledger.sessions.who("b", NOW) is None
    assert ledger.sessions.who("", NOW) is None
    again = Ledger(ledger.place)
    assert again.sessions.who("a", NOW) == HANAKO
    ledger.sessions.end("a", NOW)
    assert again.sessions.who("a", NOW) is None
    again.close()


def test_a_session_ends_after_an_hour_without_activity(ledger: Ledger) -> None:
    assert ledger.sessions.who("a", NOW + timedelta(minutes=59)) == HANAKO
    assert ledger.sessions.who("a", NOW + timedelta(minutes=60)) is None
    ledger.sessions.seen("a", NOW + timedelta(minutes=59))
    assert ledger.sessions.who("a", NOW + timedelta(minutes=118)) == HANAKO


def test_a_session_ends_after_twelve_hours_whatever_is_done(ledger: Ledger) -> None:
    for half_hour in range(1, 24):
        ledger.sessions.seen("a", NOW + timedelta(minutes=30 * half_hour))
    assert ledger.sessions.who("a", NOW + timedelta(hours=11, minutes=59)) == HANAKO
    assert ledger.sessions.who("a", NOW + timedelta(hours=12)) is None


def test_that_somebody_is_there_is_written_once_a_minute_at_most(ledger: Ledger) -> None:
    before = ledger.changes.count
    for second in range(60):
        ledger.sessions.seen("a", NOW + timedelta(seconds=second))
    assert ledger.changes.count == before
    for second in range(60, 120):
        ledger.sessions.seen("a", NOW + timedelta(seconds=second))
    assert ledger.changes.count == before + 1


@pytest.mark.parametrize(
    "end",
    [
        lambda ledger: ledger.sessions.end("a", NOW),
        lambda ledger: ledger.accounts.suspend("hanako", "boss", NOW),
        lambda ledger: ledger.accounts.change_password("hanako", "purple lantern river", "hanako", NOW),
        lambda ledger: ledger.sessions.end_others("hanako", "another", "hanako", NOW),
        lambda ledger: ledger.password_links.use(
            ledger.password_links.make("hanako", "boss", NOW).token, "purple lantern river", NOW
        ),
    ],
    ids=["logging out", "a suspension", "another password", "from elsewhere", "a link"],
)
def test_a_session_ends_with(ledger: Ledger, end: Callable[[Ledger], None]) -> None:
    end(ledger)
    assert ledger.sessions.who("a", NOW) is None
    assert ledger.sessions.of_account("hanako", NOW) == []


def test_a_session_that_waits_for_a_code_opens_nothing_and_ends_after_five_minutes(ledger: Ledger) -> None:
    ledger.sessions.begin("b", "hanako", "192.0.2.1", NOW, waits_for_code=True)
    assert ledger.sessions.who("b", NOW) is None
    assert ledger.sessions.who_waits("b", NOW + timedelta(minutes=4)) == HANAKO
    assert ledger.sessions.who_waits("b", NOW + timedelta(minutes=5)) is None
    assert ledger.sessions.who_waits("a", NOW) is None
    assert [session.begun_at for session in ledger.sessions.of_account("hanako", NOW)] == [NOW]


def test_logging_in_and_out_is_recorded(ledger: Ledger) -> None:
    ledger.sessions.begin("b", "hanako", "192.0.2.2", NOW)
    ledger.sessions.end_others("hanako", "b", "hanako", NOW)
    ledger.sessions.end("b", NOW)
    ledger.sessions.end("b", NOW)
    assert [(entry.deed, entry.detail) for entry in ledger.audit.newest(4)] == [
        (Deed.LOGGED_OUT, "192.0.2.2"),
        (Deed.SESSIONS_ENDED, "1"),
        (Deed.LOGGED_IN, "192.0.2.2"),
        (Deed.LOGGED_IN, "192.0.2.1"),
    ]


def test_a_ledger_that_cannot_be_written_keeps_nobody_out_and_lets_everybody_leave(ledger: Ledger) -> None:
    read_only = "PRAGMA query_only={}" if isinstance(ledger.place, Path) else "SET default_transaction_read_only = {}"
    ledger.connections.read().execute(read_only.format("ON"))
    ledger.sessions.begin("b", "hanako", "192.0.2.1", NOW)
    assert ledger.sessions.who("b", NOW) == HANAKO
    ledger.sessions.seen("a", NOW + timedelta(minutes=5))
    for token in ("a", "b"):
        ledger.sessions.end(token, NOW)
        assert ledger.sessions.who(token, NOW) is None
    ledger.connections.read().execute(read_only.format("OFF"))


def test_where_an_account_has_logged_in_lately_is_remembered_for_a_month(ledger: Ledger) -> None:
    assert ledger.sessions.is_familiar("hanako", "192.0.2.1")
    assert not ledger.sessions.is_familiar("hanako", "192.0.2.2")
    ledger.sessions.begin("b", "hanako", "192.0.2.2", NOW + timedelta(days=31))
    assert not ledger.sessions.is_familiar("hanako", "192.0.2.1")
