"""Accounts that change, and the links with which their owners choose passwords."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from broadcaster.domain.audit import CLOCK, SHELL, Deed
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger, passwords
from broadcaster.ledger.accounts import Account, AccountError, LastAdministrator
from broadcaster.ledger.links import VALID, LinkFault, LinkRefused
from kokuchi.database import sqlite_of
from tests.broadcaster.ledger.kinds import only_in_a_file

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
OTHER = "purple lantern river"
HANAKO = Account("hanako", "見本 花子", Role.AUTHOR)
BOSS = Account("boss", "課長", Role.ADMINISTRATOR)
DEPUTY = Account("deputy", "係長", Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def _staff(ledger: Ledger) -> None:
    for account in (HANAKO, BOSS):
        ledger.accounts.add(account, PASSWORD)


def deeds(ledger: Ledger, count: int = 1) -> list[tuple[str, Deed, str]]:
    return [(entry.actor, entry.deed, entry.subject) for entry in ledger.audit.newest(count)]


@pytest.mark.parametrize("name", [SHELL, CLOCK, "api:防災メール"])
def test_the_name_of_what_is_no_person_is_nobody_s(ledger: Ledger, name: str) -> None:
    with pytest.raises(AccountError, match="no person"):
        ledger.accounts.add(Account(name, "だれか", Role.AUTHOR), PASSWORD)


def test_an_account_is_changed_and_that_is_recorded(ledger: Ledger) -> None:
    ledger.accounts.change("hanako", "新田 花子", Role.APPROVER, "boss", NOW)
    assert ledger.accounts.get("hanako") == Account("hanako", "新田 花子", Role.APPROVER)
    assert deeds(ledger) == [("boss", Deed.ACCOUNT_CHANGED, "hanako")]
    assert ledger.audit.newest(1)[0].detail == "author → approver"


def test_a_change_that_changes_nothing_is_not_recorded(ledger: Ledger) -> None:
    before = deeds(ledger)
    ledger.accounts.change("hanako", HANAKO.display_name, HANAKO.role, "boss", NOW)
    ledger.accounts.reactivate("hanako", "boss", NOW)
    assert deeds(ledger) == before


def test_a_suspended_account_logs_in_no_more_until_it_is_reactivated(ledger: Ledger) -> None:
    ledger.accounts.suspend("hanako", "boss", NOW)
    assert ledger.accounts.log_in("hanako", PASSWORD) is None
    assert ledger.accounts.get("hanako") == Account("hanako", "見本 花子", Role.AUTHOR, suspended=True)
    ledger.accounts.reactivate("hanako", "boss", NOW)
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO
    assert [deed for _, deed, _ in deeds(ledger, 2)] == [Deed.ACCOUNT_REACTIVATED, Deed.ACCOUNT_SUSPENDED]


LOSSES: dict[str, Callable[[Ledger, str], None]] = {
    "demoted": lambda ledger, name: ledger.accounts.change(name, "もと管理者", Role.AUTHOR, name, NOW),
    "suspended": lambda ledger, name: ledger.accounts.suspend(name, name, NOW),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_last_administrator_stays_one(ledger: Ledger, loss: str) -> None:
    before = deeds(ledger)
    with pytest.raises(LastAdministrator):
        LOSSES[loss](ledger, "boss")
    assert ledger.accounts.log_in("boss", PASSWORD) == BOSS
    assert deeds(ledger) == before


@pytest.mark.parametrize("loss", LOSSES)
def test_an_administrator_who_never_chose_a_password_does_not_count(ledger: Ledger, loss: str) -> None:
    ledger.accounts.add(DEPUTY, None)
    with pytest.raises(LastAdministrator):
        LOSSES[loss](ledger, "boss")
    ledger.accounts.change_password("deputy", OTHER, "deputy", NOW)
    LOSSES[loss](ledger, "boss")


@pytest.mark.parametrize("loss", LOSSES)
def test_of_two_administrators_who_remove_each_other_at_the_same_moment_one_stays(ledger: Ledger, loss: str) -> None:
    ledger.accounts.add(DEPUTY, OTHER)
    start = threading.Barrier(2)
    refused: list[str] = []

    def remove(name: str) -> None:
        start.wait()
        try:
            LOSSES[loss](ledger, name)
        except LastAdministrator:
            refused.append(name)

    threads = [threading.Thread(target=remove, args=[name]) for name in ("boss", "deputy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    left = [
        account for account in ledger.accounts.all() if account.role is Role.ADMINISTRATOR and not account.suspended
    ]
    assert [account.name for account in left] == refused


def test_a_hash_made_with_less_care_is_renewed_at_the_next_log_in(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO
    row = ledger.connections.read().execute("SELECT password_hash FROM accounts WHERE name = 'hanako'").fetchone()
    assert "t=2" in row["password_hash"]
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO


def test_a_password_is_set_by_a_link_once(ledger: Ledger) -> None:
    ledger.accounts.add(DEPUTY, None, "boss", NOW)
    assert ledger.accounts.log_in("deputy", "") is None
    link = ledger.password_links.make("deputy", "boss", NOW)
    assert ledger.password_links.account(link.token, NOW) == DEPUTY
    assert ledger.password_links.use(link.token, OTHER, NOW) == DEPUTY
    assert ledger.accounts.log_in("deputy", OTHER) == DEPUTY
    assert deeds(ledger, 3) == [
        ("deputy", Deed.PASSWORD_CHANGED, "deputy"),
        ("boss", Deed.PASSWORD_LINK_MADE, "deputy"),
        ("boss", Deed.ACCOUNT_MADE, "deputy"),
    ]
    with pytest.raises(LinkRefused) as refused:
        ledger.password_links.use(link.token, PASSWORD, NOW)
    assert refused.value.fault is LinkFault.USED


def test_a_link_opens_for_24_hours(ledger: Ledger) -> None:
    link = ledger.password_links.make("hanako", "boss", NOW)
    assert ledger.password_links.account(link.token, NOW + VALID - timedelta(seconds=1)) == HANAKO
    with pytest.raises(LinkRefused) as refused:
        ledger.password_links.use(link.token, OTHER, NOW + VALID)
    assert refused.value.fault is LinkFault.EXPIRED
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO


@pytest.mark.parametrize(
    "void",
    [
        lambda ledger: ledger.password_links.make("hanako", "boss", NOW),
        lambda ledger: ledger.accounts.suspend("hanako", "boss", NOW),
        lambda ledger: ledger.accounts.change_password("hanako", OTHER, "hanako", NOW),
    ],
    ids=["a newer link", "a suspension", "another password"],
)
def test_a_link_is_void_after(ledger: Ledger, void: Callable[[Ledger], None]) -> None:
    link = ledger.password_links.make("hanako", "boss", NOW)
    void(ledger)
    with pytest.raises(LinkRefused) as refused:
        ledger.password_links.account(link.token, NOW)
    assert refused.value.fault is LinkFault.SUPERSEDED


def test_a_password_that_will_not_do_leaves_the_link_as_it_was(ledger: Ledger) -> None:
    link = ledger.password_links.make("hanako", "boss", NOW)
    with pytest.raises(AccountError, match="easy to guess"):
        ledger.password_links.use(link.token, "password1234", NOW)
    ledger.password_links.use(link.token, OTHER, NOW)


def test_the_old_password_holds_until_the_link_is_used(ledger: Ledger) -> None:
    link = ledger.password_links.make("hanako", "boss", NOW)
    assert ledger.accounts.log_in("hanako", PASSWORD) == HANAKO
    ledger.password_links.use(link.token, OTHER, NOW)
    assert ledger.accounts.log_in("hanako", PASSWORD) is None


def test_no_link_is_made_for_a_suspended_account_or_for_nobody(ledger: Ledger) -> None:
    ledger.accounts.suspend("hanako", "boss", NOW)
    for name in ("hanako", "nobody"):
        with pytest.raises(AccountError):
            ledger.password_links.make(name, "boss", NOW)


@only_in_a_file
def test_what_opens_something_is_in_the_ledger_as_a_hash_only(ledger: Ledger) -> None:
    link = ledger.password_links.make("hanako", "boss", NOW)
    ledger.sessions.begin("the session's token", "hanako", "192.0.2.1", NOW)
    dump = "\n".join(sqlite_of(ledger.connections).read().conn.iterdump())
    assert "password_links" in dump
    for secret in (link.token, "the session's token", PASSWORD):
        assert secret not in dump
