"""`broadcaster certificates`, and what the other commands say while there are none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from broadcaster.domain.audit import SHELL, Deed
from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificates import Certificates, Names, read_certificate
from kokuchi.configuration import load
from terminal_client.settings import Settings as DeviceSettings
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.examples import presence
from tests.broadcaster.settings_files import ROSTER, write_settings
from tests.contract.secured import SECURED


@pytest.fixture
def unprepared(tmp_path: Path) -> Shell:
    """A centre that has all but its certificates."""
    write_settings(tmp_path, SECURED.replace("tls = true", "tls = false"))
    Shell(tmp_path).quick("setup")
    write_settings(tmp_path, SECURED)
    return Shell(tmp_path)


@pytest.fixture
def shell(unprepared: Shell) -> Shell:
    """A centre that is set up, with three terminals in service."""
    unprepared.quick("setup")
    roster = unprepared.folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    unprepared.quick("terminals", "import", str(roster))
    return unprepared


def files(shell: Shell) -> Certificates:
    return Certificates(shell.folder / "certificates", "月形町")


def deeds(shell: Shell) -> list[tuple[str, str]]:
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    entries = [entry for entry in ledger.audit.newest(20) if entry.deed is Deed.CERTIFICATE_MADE]
    ledger.close()
    return [(entry.actor, entry.detail) for entry in entries]


def test_without_certificates_every_command_that_needs_them_says_what_makes_them(unprepared: Shell) -> None:
    roster = unprepared.folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    for arguments in (["check-config"], ["serve"], ["terminals", "import", str(roster)], ["certificates", "show"]):
        done = unprepared.run(*arguments)
        assert done.code == 1
        assert "authority.pem: there is no such file: make it with `broadcaster certificates make`" in done.err
    assert unprepared.quick("terminals", "list").out.count("\n") == 1


def test_the_setup_makes_them_and_a_terminals_files_have_whom_to_trust(shell: Shell) -> None:
    assert "made" not in shell.quick("setup").out
    shell.quick("check-config")
    device = load(DeviceSettings, shell.folder / "var" / "terminals" / "t-1" / "terminal.toml", {})
    assert device.broker_address.authority is not None
    assert device.broker_address.authority.read_text() == files(shell).authority.read_text()
    configuration = (shell.folder / "var" / "mosquitto" / "mosquitto.conf").read_text()
    assert configuration.count("listener ") == 1
    assert f"keyfile {files(shell).server_key}\n" in configuration


def test_what_there_is_is_shown_with_its_end_and_what_to_do_60_days_before(shell: Shell) -> None:
    shown = shell.quick("certificates", "show")
    assert [line.split()[0] for line in shown.out.splitlines()] == ["use", "authority", "server"]
    server = shell.quick("certificates", "show", "--json").json[1]
    assert (server["use"], server["days_left"]) == ("server", 823)
    assert {"localhost", "127.0.0.1"} <= set(server["names"])
    files(shell).renew(Names(()), datetime.now(UTC) - timedelta(days=800))
    late = shell.run("certificates", "show")
    assert "the certificate of the server ends in 23 days" in late.err
    assert "`broadcaster certificates renew` does it now" in late.err


def test_a_renewal_without_a_broker_is_made_and_says_who_will_tell_it(shell: Shell) -> None:
    done = shell.run("certificates", "renew", "--address", "192.168.1.10", "--name", "kokuchi.internal")
    assert done.code == 0
    assert "192.168.1.10" in done.out
    assert "kokuchi.internal" in done.out
    assert "a running centre will tell the broker" in done.err
    until = read_certificate(files(shell).server).not_valid_after_utc
    assert deeds(shell) == [(SHELL, f"{until:%Y-%m-%d}")] * 2
    refused = shell.run("certificates", "renew", "--name", "www.example.com")
    assert (refused.code, "may not vouch for www.example.com" in refused.err) == (1, True)


def test_what_is_exported_is_for_cards_and_browsers_and_has_no_key(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "card"
    said = shell.quick("certificates", "export", str(target)).out
    assert {path.name for path in target.iterdir()} == {"authority.pem", "authority.cer"}
    assert (target / "authority.pem").read_text() == files(shell).authority.read_text()
    assert x509.load_der_x509_certificate((target / "authority.cer").read_bytes()) == read_certificate(
        files(shell).authority
    )
    assert "SHA-256 " in said


def test_ones_own_certificate_is_imported_if_it_can_be_used(shell: Shell, tmp_path: Path) -> None:
    prefecture = Certificates(tmp_path / "prefecture", "道")
    prefecture.make(Names(("127.0.0.1",)), datetime.now(UTC))
    wrong = shell.run("certificates", "import", str(prefecture.server), str(files(shell).server_key))
    assert (wrong.code, "this key is not the one of" in wrong.err) == (1, True)
    authority = ("--authority", str(prefecture.authority))
    shell.quick("certificates", "import", str(prefecture.server), str(prefecture.server_key), *authority)
    assert [entry["use"] for entry in shell.quick("certificates", "show", "--json").json] == [
        "authority",
        "server",
        "pages",
    ]


def test_the_switch_to_a_new_authority_names_the_terminals_that_would_be_left_behind(shell: Shell) -> None:
    shell.quick("certificates", "renew", "--authority")
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    book, now = ledger.terminal_settings, datetime.now(UTC)
    told = book.claim("what the town is told", lambda _held: "k-1", now, 2)
    book.settle(told)
    taken = {"keys": ("k-1",), "settings": told[0].revision}
    book.note([presence("t-1").model_copy(update=taken), presence("t-3").model_copy(update={**taken, "settings": 99})])
    ledger.close()
    before = files(shell).server.read_bytes()
    asked = shell.run("certificates", "switch", stdin=b"n\n")
    assert asked.code == 1
    assert "2 terminals do not know it" in asked.err
    assert "\nt-2 t-3\n" in asked.err, "told and silent; what was told before it was announced does not count"
    assert files(shell).server.read_bytes() == before
    assert shell.run("certificates", "switch", "--yes").code == 0
    read_certificate(files(shell).server).verify_directly_issued_by(read_certificate(files(shell).authority))
    again = shell.run("certificates", "switch", "--yes")
    assert (again.code, "no new authority is announced" in again.err) == (1, True)


def test_terminals_from_before_tls_can_have_a_port_of_their_own_for_a_while(tmp_path: Path) -> None:
    write_settings(tmp_path, SECURED.replace("[broker]\n", "[broker]\nplain_port = 1883\n"))
    Shell(tmp_path).quick("setup")
    configuration = (tmp_path / "var" / "mosquitto" / "mosquitto.conf").read_text().splitlines()
    listeners = [line for line in configuration if line.startswith(("listener", "certfile"))]
    assert [line.split()[0] for line in listeners] == ["listener", "certfile", "listener"]
    assert listeners[2] == "listener 1883 127.0.0.1"
