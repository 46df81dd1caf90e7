"""`broadcaster accounts`: whoever may run it on the server can always let somebody in again."""

from datetime import UTC, datetime

import pytest

from broadcaster.access import Access
from broadcaster.domain.audit import Deed
from broadcaster.ledger import Ledger
from broadcaster.settings import load_settings
from tests.broadcaster.commands.shell import Shell

PASSWORD = "correct horse battery"


@pytest.fixture
def office(empty: Shell) -> Shell:
    """A centre with an administrator and an author."""
    empty.quick("setup")
    empty.quick("accounts", "add", "boss", "--role", "administrator", "--password", PASSWORD)
    empty.quick("accounts", "add", "hanako", "--display-name", "見本 花子", "--password", PASSWORD)
    return empty


def ledger_of(shell: Shell) -> Ledger:
    settings, _ = load_settings(shell.config, {})
    return Ledger(settings.ledger)


def access_to(shell: Shell, ledger: Ledger) -> Access:
    settings, _ = load_settings(shell.config, {})
    return Access(ledger, settings.web.session_secret.get_secret_value(), lambda: datetime.now(UTC))


def test_somebody_is_made_an_administrator_and_the_last_one_stays(office: Shell) -> None:
    refused = office.run("accounts", "role", "boss", "author")
    assert (refused.code, refused.err) == (
        1,
        "error: this is the last administrator who can log in; make another one first\n",
    )
    assert office.run("accounts", "suspend", "boss").code == 1
    assert office.quick("accounts", "role", "hanako", "administrator").out == "hanako is administrator now\n"
    assert office.quick("accounts", "suspend", "boss").out == "boss is suspended\n"
    states = {account["name"]: account["suspended"] for account in office.quick("accounts", "list", "--json").json}
    assert states == {"boss": True, "hanako": False}
    assert office.quick("accounts", "reactivate", "boss").out == "boss can log in again\n"


def test_a_link_that_works_once_goes_to_standard_output_alone(office: Shell) -> None:
    done = office.run("accounts", "link", "hanako")
    assert done.code == 0
    assert "within 24 hours" in done.err
    token = done.out.strip().rpartition("/password/")[2]
    ledger = ledger_of(office)
    ledger.password_links.use(token, "purple lantern river", datetime.now(UTC))
    assert ledger.accounts.log_in("hanako", "purple lantern river") is not None
    ledger.close()


def test_a_password_is_set_on_the_server(office: Shell) -> None:
    office.quick("accounts", "password", "hanako", "--password", "purple lantern river")
    for guess in ("password1234", "tsukigata2026"):
        weak = office.run("accounts", "password", "hanako", "--password", guess)
        assert (weak.code, "easy to guess" in weak.err) == (1, True)
    nobody = office.run("accounts", "password", "nobody", "--password", "purple lantern river")
    assert (nobody.code, "nobody" in nobody.err) == (1, True)
    ledger = ledger_of(office)
    assert ledger.accounts.log_in("hanako", "purple lantern river") is not None
    assert (ledger.audit.newest(1)[0].actor, ledger.audit.newest(1)[0].deed) == ("shell", Deed.PASSWORD_CHANGED)
    ledger.close()


def test_the_wait_after_wrong_passwords_is_ended(office: Shell) -> None:
    ledger = ledger_of(office)
    door = access_to(office, ledger).door
    for _ in range(6):
        door.failed("hanako", "192.0.2.1")
    assert door.seconds_to_wait("hanako", "192.0.2.1") > 0
    assert office.quick("accounts", "unlock", "hanako").out == "hanako can try again at once\n"
    assert door.seconds_to_wait("hanako", "192.0.2.1") == 0
    ledger.close()


def test_a_lost_telephone_is_dropped(office: Shell) -> None:
    ledger = ledger_of(office)
    ledger.second_steps.turn_on("hanako", "sealed", 0, [], datetime.now(UTC))
    assert office.quick("accounts", "second-step-off", "hanako").out == "hanako logs in with the password alone\n"
    assert ledger.second_steps.secret("hanako") is None
    ledger.close()
    assert "anyway" in office.quick("accounts", "second-step-off", "hanako").out


@pytest.mark.parametrize(
    "command",
    [
        ("role", "nobody", "author"),
        ("link", "nobody"),
        ("password", "nobody", "--password", PASSWORD),
        ("suspend", "nobody"),
        ("reactivate", "nobody"),
        ("unlock", "nobody"),
        ("second-step-off", "nobody"),
    ],
)
def test_a_name_that_nobody_has_is_told(office: Shell, command: tuple[str, ...]) -> None:
    done = office.run("accounts", *command)
    assert (done.code, done.err) == (
        1,
        "error: there is no account 'nobody'; `broadcaster accounts list` shows them\n",
    )
