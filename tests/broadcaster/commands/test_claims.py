"""`broadcaster serve` and `broadcaster collect` with a ledger on a server that another machine uses too."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from broadcaster.alone import RunsAlready
from broadcaster.ledger import Ledger
from broadcaster.ledger.claims import CENTRE, claimed
from broadcaster.ledger.places import Server
from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from tests.broadcaster.commands.shell import REPOSITORY, Shell
from tests.broadcaster.commands.test_ledger import name_ledger
from tests.ports import free_port
from tests.postgresql import Cluster
from tests.waiting import wait_until


@pytest.fixture
def database(postgresql: Cluster, request: pytest.FixtureRequest) -> str:
    return postgresql.make(request.node.name[:40])


@pytest.fixture
def server(empty: Shell, postgresql: Cluster, database: str) -> Server:
    """The server that the settings name, as a centre on another machine knows it."""
    name_ledger(empty, postgresql.url(database))
    empty.quick("setup")
    return postgresql.server(database, empty.folder / "elsewhere")


@contextmanager
def process(shell: Shell, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command as a process that is killed at the end, if it still runs; what it says is kept in its folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOKUCHI_")}
    (shell.folder / "chimes").unlink(missing_ok=True)
    (shell.folder / "chimes").symlink_to(REPOSITORY / "sounds")
    with (
        (shell.folder / "said").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--config", str(shell.config), *arguments],
            cwd=REPOSITORY,
            env={**environment, "KOKUCHI_WEB__PORT": str(free_port()), **variables},
            stderr=said,
        ) as running,
    ):
        try:
            yield running
        finally:
            running.kill()


def said(shell: Shell) -> str:
    return (shell.folder / "said").read_text()


def test_a_second_centre_is_refused(empty: Shell, server: Server) -> None:
    with claimed(server, CENTRE, "a centre"):
        done = empty.run("serve")
    assert (done.code, done.out) == (1, "")
    assert "error: a centre on " in done.err
    assert "runs already and holds postgresql:///" in done.err


def test_a_second_collector_of_a_number_is_refused(
    empty: Shell, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOKUCHI_BROKER__COLLECTORS", "2")
    with claimed(server, 2, "collector 2"):
        done = empty.run("collect", "2")
    assert done.code == 1
    assert "error: collector 2 on " in done.err


def test_a_collector_that_runs_has_its_number(empty: Shell, server: Server) -> None:
    database = PostgresqlDatabase(server.url)

    def holders() -> list[str]:
        # To try it would keep the collector from it.
        return [
            row["application_name"]
            for row in database.execute(
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
        ]

    with process(empty, "collect", "2", KOKUCHI_BROKER__COLLECTORS="2"):
        wait_until(lambda: holders() == [f"kokuchi: collector 2 on {socket.gethostname()}"], what="it runs")
        with pytest.raises(RunsAlready), claimed(server, 2, "collector 2"):
            pass
    wait_until(lambda: holders() == [], what="it has let go")
    database.close()


def test_a_machine_that_stands_by_takes_over_when_the_first_is_gone(
    empty: Shell, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    standby = Shell(shutil.copytree(empty.folder, tmp_path_factory.mktemp("standby"), dirs_exist_ok=True))
    with process(empty, "serve"):
        wait_until(lambda: "centre starts" in said(empty), what="the first one runs")
        refused = standby.run("serve")
        assert (refused.code, "runs already and holds" in refused.err) == (1, True)
    with closing(Ledger(server)) as ledger:
        before = ledger.heartbeat.last()
        with process(standby, "serve"):
            wait_until(lambda: ledger.heartbeat.last() != before, what="the other one runs")


def test_a_centre_that_has_lost_its_place_to_another_one_ends(
    empty: Shell, server: Server, postgresql: Cluster, database: str
) -> None:
    with process(empty, "serve") as centre, ExitStack() as stack:
        wait_until(lambda: "centre starts" in said(empty), what="the centre runs")

        def is_taken() -> bool:
            postgresql.end_connections(database)
            try:
                stack.enter_context(claimed(server, CENTRE, "a centre"))
            except RunsAlready:
                return False
            return True

        wait_until(is_taken, what="another centre is quicker")
        assert centre.wait(60) == 1
    assert "has taken the place of this one" in said(empty).splitlines()[-1]
