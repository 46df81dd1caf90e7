"""One centre for a ledger on a server, and one collector of each number, on whichever machines they run."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from broadcaster.alone import RunsAlready
from broadcaster.ledger.claims import CENTRE, claimed
from broadcaster.ledger.places import Server
from broadcaster.ledger.postgresql import claim as claim_module
from broadcaster.ledger.postgresql.claim import ServerClaim
from kokuchi.storage import DatabaseUnusable
from tests.broadcaster.commands.shell import REPOSITORY
from tests.postgresql import Cluster
from tests.waiting import until, wait_until

HERE = re.escape(socket.gethostname())
HOLD = """
import sys, time
from pathlib import Path
from broadcaster.ledger.claims import CENTRE, claimed
from broadcaster.ledger.places import Server
with claimed(Server(sys.argv[1], Path()), CENTRE, "a centre"):
    print("taken", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def database(postgresql: Cluster) -> str:
    return postgresql.make("claims")


@pytest.fixture
def server(postgresql: Cluster, database: str, tmp_path: Path) -> Server:
    return postgresql.server(database, tmp_path)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_module, "LOOK_SECONDS", 0.02)


@asynccontextmanager
async def kept(claim: ServerClaim) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(claim.keep())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, RunsAlready):
            await task
        claim.close()


def refused(server: Server, number: int = CENTRE) -> bool:
    """Tell whether another one would be refused; if not, it ends at once."""
    try:
        with claimed(server, number, "another"):
            return False
    except RunsAlready:
        return True


def test_a_second_one_on_another_machine_is_refused_and_told_where_the_first_one_runs(server: Server) -> None:
    with claimed(server, CENTRE, "a centre"):
        with (
            pytest.raises(
                RunsAlready, match=rf"a centre on {HERE} runs already and holds postgresql:.*; stop it first"
            ),
            claimed(server, CENTRE, "a centre"),
        ):
            pass
        with claimed(server, 2, "collector 2"), claimed(server, 3, "collector 3"):
            assert refused(server, 2)
            assert refused(server, 3)
    assert not any(refused(server, number) for number in (CENTRE, 2, 3))


def test_a_process_that_is_killed_lets_go(server: Server) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, server.url], cwd=REPOSITORY, stdout=subprocess.PIPE)
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"taken\n"
        assert refused(server)
        first.kill()
        first.wait()
        wait_until(lambda: not refused(server), what="the server notices that nobody is there any more")


def test_a_file_is_claimed_by_the_file_beside_it_alone(tmp_path: Path) -> None:
    with claimed(tmp_path / "ledger.sqlite", CENTRE, "a centre") as claim:
        assert claim is None


def test_a_server_that_is_away_at_the_start_is_told_as_the_ledger_tells_it(
    server: Server, postgresql: Cluster, database: str
) -> None:
    with (
        postgresql.away(database),
        pytest.raises(DatabaseUnusable, match=r"postgresql:.*: cannot be used as a database: PostgreSQL: "),
        claimed(server, CENTRE, "a centre"),
    ):
        pass


async def test_a_server_that_is_started_anew_gives_it_back(
    server: Server, postgresql: Cluster, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with kept(ServerClaim(server, CENTRE, "a centre")) as keeping:
        with postgresql.away(database):
            await until(lambda: "claim lost with its connection" in caplog.messages)
        await until(lambda: "claim taken again" in caplog.messages)
        assert refused(server)
        assert not keeping.done()
        assert caplog.messages.count("claim lost with its connection") == 1


async def test_who_has_lost_it_to_another_one_ends_and_says_why(
    server: Server, postgresql: Cluster, database: str
) -> None:
    first = ServerClaim(server, CENTRE, "a centre")
    postgresql.end_connections(database)
    with closing(ServerClaim(server, CENTRE, "a centre")):
        async with kept(first) as keeping:
            with pytest.raises(
                RunsAlready, match=rf"a centre on {HERE} has taken the place of this one .* this one ends"
            ):
                await asyncio.wait_for(keeping, 60)


async def test_a_connection_that_was_cut_is_nobody_else_while_the_server_has_not_seen_it(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    claim = ServerClaim(server, CENTRE, "a centre")
    taken_away, nobody = os.dup(claim._connection.fileno()), socket.socketpair()
    os.dup2(nobody[0].fileno(), claim._connection.fileno())
    for end in nobody:
        end.close()
    async with kept(claim) as keeping:
        await until(lambda: "claim lost with its connection" in caplog.messages)
        assert refused(server)
        assert not keeping.done()
        os.close(taken_away)
        await until(lambda: "claim taken again" in caplog.messages)
        assert not keeping.done()
