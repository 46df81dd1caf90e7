"""A whole town of real processes for tests: Mosquitto, the centre and three terminals, as the demo runs them."""

import io
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from broadcaster.__main__ import main
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.deliveries import Line
from broadcaster.provisioning.mosquitto import password_hash
from demo.places import TERMINALS, Places
from demo.preparation import USERS, environment, open_ledger, prepare
from demo.processes import Processes
from demo.staff import Staff
from demo.town import start_town
from tests.passwords import quick_passwords
from tests.ports import free_port_range
from tests.waiting import wait_until


@dataclass
class Town:
    """A running town."""

    places: Places
    processes: Processes
    ledger: Ledger
    terminals: Sequence[str] = TERMINALS

    def send(
        self, headline: str, body: str, terminals: tuple[str, ...] = TERMINALS, category: str = "awareness_event"
    ) -> str:
        """Send an alert through the staff's pages; return its identifier."""
        account, password = USERS[0]
        with Staff(self.places, account.name, password) as staff:
            return staff.send(category, headline, body, terminals)

    def publish_as_intruder(self, topic: str, payload: bytes) -> None:
        """Publish on any topic, as somebody who has got hold of all rights at the broker but not of the key."""
        files = self.places.data / "var" / "mosquitto"
        passwords, rights = files / "passwords", files / "rights"
        if "intruder" not in passwords.read_text():
            passwords.write_text(passwords.read_text() + f"intruder:{password_hash('intruder')}\n")
            rights.write_text(rights.read_text() + "\nuser intruder\ntopic readwrite #\n")
            self.processes.signal("mosquitto", signal.SIGHUP)
        broker = ["-V", "5", "-p", str(self.places.broker_port), "-u", "intruder", "-P", "intruder"]
        command = ["mosquitto_pub", *broker, "-q", "1", "-t", topic, "-s"]

        def is_published() -> bool:
            return subprocess.run(command, input=payload, timeout=20, capture_output=True, check=False).returncode == 0

        wait_until(is_published, what="the broker knows the intruder")

    def broadcaster(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command `broadcaster` with the town's settings, in this process: its own takes longer to start.

        tests/broadcaster/commands starts commands as processes of their own. A thread has its own event loop.
        """
        with ThreadPoolExecutor(1) as aside:
            done = aside.submit(self._command, arguments).result()
        if check:
            done.check_returncode()
        return done

    def _command(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        command = ["broadcaster", "--config", str(self.places.config), *arguments]
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in environment(self.places).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", command)
            try:
                main()
                code: int | str | None = 0
            except SystemExit as end:
                code = end.code
        return subprocess.CompletedProcess(command, int(code or 0), out.getvalue(), err.getvalue())

    def accepted(self, identifier: str) -> Accepted:
        """Return an alert of the ledger."""
        found = self.ledger.alerts.get(identifier)
        assert found is not None
        return found

    def line(self, identifier: str, terminal: str = TERMINALS[0]) -> Line:
        """Return what the ledger knows of an alert at a terminal."""
        lines = self.ledger.deliveries.of_alert(self.accepted(identifier).row)
        return next(line for line in lines if line.terminal.id == terminal)

    def kill(self, name: str) -> None:
        """Kill a process as a power cut does."""
        self.processes.end(name, signal.SIGKILL)

    def wait_for_presence(self, *, online: bool = True) -> None:
        """Wait until every running terminal is known to be there, or not to be."""
        wait_until(
            lambda: all(
                (presence := self.ledger.presences.all().get(terminal)) and presence.online is online
                for terminal in self.terminals
            ),
            what=f"terminals online: {online}",
        )


def log_tails(town: Town, lines: int = 25) -> str:
    """Return the end of each log, for whoever looks into a failure on a machine that is gone."""
    parts = []
    for log in sorted(town.places.logs.glob("*.log")):
        parts += [f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-lines:]]
    return "\n".join(parts)


@contextmanager
def running_town(folder: Path, terminals: Sequence[str] = TERMINALS) -> Iterator[Town]:
    """Start a town with its data in a folder, on free ports; of its terminals only these are switched on."""
    places = Places(folder, free_port_range())
    with quick_passwords():
        prepare(places)
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        start_town(places, processes, quiet=True, terminals=terminals)
        town = Town(places, processes, ledger, terminals)
        town.wait_for_presence()
        yield town
