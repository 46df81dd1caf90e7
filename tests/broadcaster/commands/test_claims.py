"""`broadcaster serve` and `broadcaster collect` with a ledger on a server that another machine uses too."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from broadcaster.alone import RunsAlready
from broadcaster.ledger.claims import CENTRE, claimed
from broadcaster.ledger.places import Server
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


def test_a_centre_that_has_lost_its_place_to_another_one_ends(
    empty: Shell, server: Server, postgresql: Cluster, database: str, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    (empty.folder / "chimes").symlink_to(REPOSITORY / "sounds")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOKUCHI_")}
    with said.open("w") as log, ExitStack() as stack:
        centre = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "broadcaster", "--config", str(empty.config), "serve"],
                cwd=REPOSITORY,
                env={**environment, "KOKUCHI_WEB__PORT": str(free_port())},
                stderr=log,
            )
        )
        stack.callback(centre.kill)
        wait_until(lambda: "centre starts" in said.read_text(), what="the centre runs")

        def is_taken() -> bool:
            postgresql.end_connections(database)
            try:
                stack.enter_context(claimed(server, CENTRE, "a centre"))
            except RunsAlready:
                return False
            return True

        wait_until(is_taken, what="another centre is quicker")
        assert centre.wait(60) == 1
    assert "has taken the place of this one" in said.read_text().splitlines()[-1]
