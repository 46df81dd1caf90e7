"""`broadcaster ledger`: a town goes to a PostgreSQL server, works there, and comes back."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Server
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.examples import accept, alert, fill_roster
from tests.postgresql import Cluster


def name_ledger(shell: Shell, place: str) -> None:
    """Let the settings name another ledger."""
    lines = shell.config.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("ledger =")]
    shell.config.write_text("".join([f'ledger = "{place}"\n', *kept]), encoding="utf-8")


@pytest.fixture
def url(postgresql: Cluster, request: pytest.FixtureRequest) -> str:
    """The address of a database of the test's own."""
    return postgresql.url(postgresql.make(request.node.name.partition("[")[0][:40]))


def test_a_town_goes_to_a_server_and_back(shell: Shell, url: str, tmp_path: Path) -> None:
    before = shell.quick("terminals", "list", "--json").json
    copied = shell.quick("ledger", "copy-to", url)
    assert "both sides have the same counts" in copied.out
    assert f'ledger = "{url}"' in copied.out
    again = shell.run("ledger", "copy-to", url)
    assert (again.code, "holds a ledger already" in again.err) == (1, True)

    name_ledger(shell, url)
    try:
        assert shell.quick("terminals", "list", "--json").json == before
        shell.quick("accounts", "add", "boss", "--role", "administrator", "--password", "correct horse battery")
        sent = shell.quick(
            "publish", "--category", "scam", "--headline", "見出し", "--body", "本文です。", "--json"
        ).json
        assert shell.quick("log", "--json").json[0]["identifier"] == sent["identifier"]
        assert shell.quick("log", "--datasette", str(tmp_path / "log"), "--json").json["deliveries"] == 3
        assert shell.run("status").code in (1, 2), "no centre runs, and the ledger could be read"
        with shell.config.open("a", encoding="utf-8") as settings:
            settings.write(f'[backup]\nrecipients = ["{x25519.Identity.generate().to_public()}"]\n')
        refused = shell.run("backup")
        assert (refused.code, "back it up with `pg_dump --format=custom`" in refused.err) == (1, True)
        back = shell.quick("ledger", "copy-to", str(tmp_path / "back.sqlite"), "--json").json
    finally:
        name_ledger(shell, "var/ledger.sqlite")
    assert back["rows"]["deliveries"] == 3
    assert (tmp_path / "back.sqlite").stat().st_mode & 0o777 == 0o600
    with closing(Ledger(tmp_path / "back.sqlite")) as ledger:
        assert ledger.alerts.get(sent["identifier"]) is not None
        assert [account.name for account in ledger.accounts.all()] == ["boss"]


def test_a_centre_that_runs_is_not_copied(shell: Shell, tmp_path: Path) -> None:
    with closing(Ledger(shell.folder / "var" / "ledger.sqlite")) as ledger:
        ledger.heartbeat.beat(datetime.now(UTC))
        refused = shell.run("ledger", "copy-to", str(tmp_path / "copy.sqlite"))
        ledger.heartbeat.beat(datetime.now(UTC) - timedelta(minutes=1))
    assert (refused.code, "stop it" in refused.err) == (1, True)
    assert not (tmp_path / "copy.sqlite").exists()


def test_a_ledger_that_came_back_from_a_dump_holds_what_is_older(shell: Shell, url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    name_ledger(shell, url)
    try:
        with closing(Ledger(Server(url, tmp_path))) as ledger:
            fill_roster(ledger)
            accept(ledger, alert("a-1", sent=now - timedelta(hours=1)))
            assert ledger.outbox.has_waiting()
            said = shell.quick("ledger", "restored", f"{now:%Y-%m-%dT%H:%M:%S+0000}", "--yes")
            assert "1 alerts were valid" in said.out
            assert not ledger.outbox.has_waiting()
            assert ledger.recovery.count_held(now) == 1
    finally:
        name_ledger(shell, "var/ledger.sqlite")
    refused = shell.run("ledger", "restored", f"{now:%Y-%m-%dT%H:%M+0000}", "--yes")
    assert (refused.code, "`broadcaster restore` has told it already" in refused.err) == (2, True)


@pytest.mark.parametrize("address", ["postgresql://a:secret@host/b", "postgresql://host/b?password=secret"])
def test_a_password_in_the_address_is_refused_and_not_repeated(shell: Shell, address: str) -> None:
    in_shell = shell.run("ledger", "copy-to", address)
    name_ledger(shell, address)
    try:
        in_settings = shell.run("check-config")
    finally:
        name_ledger(shell, "var/ledger.sqlite")
    assert in_shell.code == in_settings.code == 2
    for said in (in_shell, in_settings):
        assert "no password into the address" in said.err
        assert "secret" not in said.err + said.out
