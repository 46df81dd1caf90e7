"""A centre that crashes again and again, and one that is told to end: real processes."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

from broadcaster.ledger import Ledger
from tests.broadcaster.commands.shell import REPOSITORY, Shell
from tests.ports import free_port
from tests.waiting import wait_until


def test_a_centre_that_ends_by_itself_three_times_is_told_and_not_one_that_is_told_to_end(empty: Shell) -> None:
    empty.quick("setup")
    (empty.folder / "chimes").symlink_to(REPOSITORY / "sounds")
    with closing(Ledger(empty.folder / "var" / "ledger.sqlite")) as ledger:

        def crashes() -> int:
            return ledger.starts.crashes_since(datetime.now(UTC) - timedelta(hours=1))

        for how in [signal.SIGTERM] * 2 + [signal.SIGKILL] * 3:
            run_until(empty, ledger, how)
        # The last one might run still.
        assert crashes() == 2
        assert "centre_crashes" not in kinds(empty)
        run_until(empty, ledger, signal.SIGTERM)
        assert crashes() == 3
        assert "centre_crashes" in kinds(empty)


def run_until(shell: Shell, ledger: Ledger, how: signal.Signals) -> None:
    """Run a centre until it serves, and end it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOKUCHI_")}
    log = shell.folder / "centre.log"
    with log.open("w") as said:
        centre = subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--config", str(shell.config), "serve"],
            cwd=REPOSITORY,
            env={**environment, "KOKUCHI_WEB__PORT": str(free_port())},
            stderr=said,
        )
    before = ledger.heartbeat.last()
    wait_until(lambda: ledger.heartbeat.last() != before, what="the centre runs")
    centre.send_signal(how)
    assert centre.wait(20) == -how, log.read_text()


def kinds(shell: Shell) -> list[str]:
    return [one["kind"] for one in shell.run("status", "--json").json["incidents"]]
