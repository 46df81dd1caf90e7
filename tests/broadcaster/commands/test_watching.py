"""`broadcaster status` and `mail-test`, as a monitoring program and a contractor use them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.backups import Backup
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.examples import presence
from tests.broadcaster.monitoring.smtp_server import HOST, mail_server


@pytest.fixture
def ledger(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A centre that runs and is well."""
    # Whether the clock of the machine with these tests is synchronised is not to decide them.
    monkeypatch.setattr("broadcaster.monitoring.gather.is_synchronised", lambda: True)
    ledger, now = Ledger(shell.folder / "var" / "ledger.sqlite"), datetime.now(UTC)
    ledger.broker.record(True, "", now)
    ledger.heartbeat.beat(now)
    ledger.backups.record(Backup(now, "backup.age", 1, checked_at=now))
    ledger.presences.record([presence("t-1")], now)
    yield ledger
    ledger.close()


@pytest.mark.usefixtures("ledger")
def test_a_centre_that_is_well_is_zero(shell: Shell) -> None:
    assert shell.quick("status").out == "OK: nothing is wrong\n"
    told = shell.quick("status", "--json").json
    assert (told["status"], told["incidents"]) == ("OK", [])


def test_what_can_wait_is_one_and_what_cannot_is_two(shell: Shell, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", online=False)], datetime.now(UTC) - timedelta(hours=2))
    done = shell.run("status")
    first, second = done.out.splitlines()
    assert (done.code, first) == (1, "WARNING: terminals off for over an hour: 1")
    assert second.startswith("!  terminals off for over an hour: 1 (t-1), since 20")

    ledger.broker.record(False, "gone", datetime.now(UTC))
    done = shell.run("status", "--json")
    assert (done.code, done.json["status"]) == (2, "CRITICAL")
    kinds = [one["kind"] for one in done.json["incidents"]]
    assert kinds == ["broker_away", "terminals_off"]
    assert "見本" not in done.out, "identifiers only"


def test_a_further_collector_that_has_never_come_is_one(
    shell: Shell, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOKUCHI_BROKER__COLLECTORS", "2")
    for connected in (False, True):
        ledger.broker.record(connected, "", datetime.now(UTC) - timedelta(minutes=3))
    [told] = shell.run("status", "--json").json["incidents"]
    assert (told["kind"], told["key"]) == ("collector_away", "2")


def test_a_centre_that_does_not_run_is_said(shell: Shell, ledger: Ledger) -> None:
    ledger.heartbeat.beat(datetime.now(UTC) - timedelta(minutes=2))
    done = shell.run("status")
    assert done.code == 2
    assert done.out.startswith("CRITICAL: the centre does not run")


def test_what_cannot_be_found_out_is_three(empty: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = empty.run("status")
    assert done.code == 3
    assert done.out.startswith("UNKNOWN: ")
    done = empty.run("status", "--json", config=tmp_path / "no.toml")
    assert (done.code, done.json["status"]) == (3, "UNKNOWN")
    # Neither is what another user's settings say.
    monkeypatch.setattr("os.access", lambda *_: False)
    assert empty.run("status").code == 3
    assert "there is no such file" in done.json["reason"]


def test_the_help_says_that_its_exit_codes_are_others(shell: Shell) -> None:
    text = " ".join(shell.quick("status", "--help").out.split())
    assert "exit codes are those of monitoring plugins" in text
    assert "0 OK; 1 WARNING" in text


def test_a_trial_mail_goes_out(shell: Shell) -> None:
    assert shell.run("mail-test").err.startswith("Error: the settings have no table [mail]")
    with mail_server() as server:
        table = (
            f'\n[mail]\nhost = "{HOST}"\nport = {server.port}\nsecurity = "none"\nfrom = "a@b.jp"\nto = ["c@d.jp"]\n'
        )
        config = shell.folder / "with-mail.toml"
        config.write_text(shell.config.read_text() + table)
        done = shell.run("mail-test", config=config)
        assert (done.code, done.out) == (0, f"{HOST} has taken the mail for c@d.jp; see whether it arrives\n")
        [message] = server.mails
        assert message["Subject"] == "[月形町 告知放送] 試験のメール"
        server.refuses = "554 no"
        done = shell.run("mail-test", config=config)
        assert (done.code, done.err) == (1, f"Error: {HOST} port {server.port}: refused with 554 no\n")
