"""Who guesses waits; who does not, does not."""

from broadcaster.access import Access
from broadcaster.domain.audit import Deed
from broadcaster.ledger import Ledger
from kokuchi.database import sqlite_of
from tests.broadcaster.web.town import Clock

OFFICE, STRANGER = "192.0.2.1", "198.51.100.7"


def fail(access: Access, count: int, name: str = "hanako", address: str = STRANGER) -> None:
    for _ in range(count):
        access.door.failed(name, address)


def test_five_failures_are_free_and_each_further_one_costs_more(access: Access, clock: Clock) -> None:
    fail(access, 4)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 0
    fail(access, 1)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 30
    clock.move(seconds=30)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 0
    fail(access, 1)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 60


def test_a_stranger_does_not_lock_the_owner_out(access: Access) -> None:
    fail(access, 15)
    assert access.door.seconds_to_wait("hanako", OFFICE) == 0


def test_many_addresses_together_are_no_faster_and_where_the_owner_is_at_home_counts_alone(
    access: Access, ledger: Ledger, clock: Clock
) -> None:
    ledger.sessions.begin("token", "hanako", OFFICE, clock.now)
    for number in range(20):
        fail(access, 1, address=f"198.51.100.{number}")
    assert access.door.seconds_to_wait("hanako", "203.0.113.9") == 30
    assert access.door.seconds_to_wait("hanako", OFFICE) == 0


def test_one_address_does_not_try_every_name(access: Access) -> None:
    for number in range(50):
        fail(access, 1, name=f"name-{number}")
    assert access.door.seconds_to_wait("taro", STRANGER) == 60
    assert access.door.seconds_to_wait("taro", OFFICE) == 0


def test_half_of_an_ipv6_address_is_one_guesser(access: Access) -> None:
    for number in range(5):
        fail(access, 1, address=f"2001:db8::{number}")
    assert access.door.seconds_to_wait("hanako", "2001:db8::ffff") == 30
    assert access.door.seconds_to_wait("hanako", "2001:db8:0:1::1") == 0


def test_a_restart_forgets_nothing(access: Access, ledger: Ledger, clock: Clock) -> None:
    fail(access, 6)
    again = Ledger(ledger.place)
    assert Access(again, "s" * 32, clock).door.seconds_to_wait("hanako", STRANGER) == 60
    again.close()


def test_who_gets_in_begins_anew(access: Access) -> None:
    fail(access, 4)
    access.door.succeeded("hanako", STRANGER)
    fail(access, 4)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 0


def test_unlocking_ends_the_wait_at_every_address(access: Access, ledger: Ledger) -> None:
    fail(access, 30)
    assert access.door.seconds_to_wait("hanako", "203.0.113.9") > 0
    access.door.unlock("hanako", "shell")
    assert access.door.seconds_to_wait("hanako", STRANGER) == 0
    assert access.door.seconds_to_wait("hanako", "203.0.113.9") == 0
    assert ledger.audit.newest(1)[0].deed is Deed.ACCOUNT_UNLOCKED


def test_failures_are_recorded_and_what_nobody_is_called_is_not_kept_as_typed(access: Access, ledger: Ledger) -> None:
    fail(access, 1)
    fail(access, 5, name="my secret password")
    entries = ledger.audit.newest(7)
    assert [(entry.deed, entry.subject, entry.detail) for entry in entries] == [
        (Deed.LOGIN_HELD_UP, "", STRANGER),
        *[(Deed.LOGIN_FAILED, "", STRANGER)] * 5,
        (Deed.LOGIN_FAILED, "hanako", STRANGER),
    ]
    assert {entry.actor for entry in entries} == {""}
    assert "my secret password" not in "\n".join(sqlite_of(ledger.connections).read().conn.iterdump())


def test_guessing_is_not_free_while_nothing_can_be_written(access: Access, ledger: Ledger, clock: Clock) -> None:
    ledger.connections.read().execute("PRAGMA query_only=ON")
    fail(access, 5)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 30
    ledger.connections.read().execute("PRAGMA query_only=OFF")
    clock.move(seconds=30)
    # What the ledger counts from now on does not undo what was kept in memory.
    fail(access, 1)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 30
    fail(access, 5)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 60
    access.door.succeeded("hanako", STRANGER)
    assert access.door.seconds_to_wait("hanako", STRANGER) == 0
