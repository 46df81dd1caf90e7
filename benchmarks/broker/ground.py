"""What every system under test stands on: one private broker, configured as kokuchi configures it, and one fleet."""

import gc
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.precedence import give_way
from benchmarks.processes import processor_seconds
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import BrokerFiles, password_hash
from broadcaster.provisioning.terminals import broker_files
from broadcaster.settings import load_settings
from demo.places import Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import centre_command, start_mosquitto
from fleet import ALL_STAGES, Fleet, Plain, take_in

USER = "bench"
PASSWORD = "bench"  # noqa: S105 - of a broker that lives for a few minutes on loopback

_RIGHTS = f"""
pattern read bench/+/message
pattern write bench/+/answer/%u

user {USER}
topic readwrite bench/#
topic read $SYS/broker/publish/messages/dropped
"""
_CONNECTED_SECONDS = 1200.0

REPLIES_VERIFIED = 100
"""One of so many answers to syncs: a device verifies its own, on its own processor."""

_AT_REST = 0.1
"""Of a processor, at most: then broker and town have done what a round has left them to do."""

_REST_SECONDS = 0.3
_LONGEST_REST_SECONDS = 60.0
PATIENCE_SECONDS = 0.002
"""How long the fleet waits for something to read before it is looked whether a round is over."""


def message_topic(system: str) -> str:
    """Return where a system publishes that is not kokuchi."""
    return f"bench/{system}/message"


def answer_topic(system: str, terminal: str) -> str:
    """Return where a terminal answers it; "+" for all terminals."""
    return f"bench/{system}/answer/{terminal}"


@dataclass(frozen=True)
class Ground:
    """A town whose broker runs, and terminals that are not connected yet."""

    places: Places
    processes: Processes
    ledger: Ledger
    fleet: Fleet
    files: BrokerFiles

    @property
    def terminals(self) -> int:
        """How many there are."""
        return len(self.fleet.terminals)

    def connect(self) -> float:
        """Let all terminals come, and sync; return the seconds that it took."""
        self.fleet.come_back(within=_seconds_to_connect(self.terminals))
        taken = self.fleet.run_until(self.fleet.all_synced(), _CONNECTED_SECONDS)
        # They stay: no terminal waits until all others are looked through for garbage.
        gc.collect()
        gc.freeze()
        return taken

    def start_centre(self) -> None:
        """Start the real centre, with a ledger that is a file on disk; return when it has found the broker."""
        self.processes.start("centre", centre_command(self.places), environment(self.places))
        self.processes.wait_for("the centre", lambda: answers(self.places.port), 60)
        self.processes.wait_for("the centre's link", self.is_linked, 60)

    def is_linked(self) -> bool:
        """Tell whether the centre is connected to the broker."""
        return self.ledger.broker.is_connected()

    def let_in(self, users: Sequence[str], password: str, rights: str = "") -> None:
        """Let the broker that runs know users beside those of the town."""
        let_in(self.files, users, password, rights)
        self.processes.signal("mosquitto", signal.SIGHUP)

    def drive_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Drive the fleet until the condition holds, which is asked every few milliseconds; raises FleetError."""
        self.fleet.run_until(condition, seconds, PATIENCE_SECONDS)

    def rest(self, pids: Sequence[int]) -> None:
        """Drive the fleet until these processes have little left to do."""
        deadline = time.monotonic() + _LONGEST_REST_SECONDS
        while time.monotonic() < deadline:
            before, until = sum(map(processor_seconds, pids)), time.monotonic() + _REST_SECONDS
            while time.monotonic() < until:
                self.fleet.drive()
            if sum(map(processor_seconds, pids)) - before < _AT_REST * _REST_SECONDS:
                return


def _seconds_to_connect(terminals: int) -> float:
    """Return in how long so many connect: Mosquitto 2.0.11 compares a new subscriber with every other of the topic."""
    return terminals / 1000 + (terminals / 2000) ** 2


@contextmanager
def ground(folder: Path, port: int, terminals: int, plain: Sequence[Plain]) -> Iterator[Ground]:
    """Prepare a town of so many terminals and start its broker for the length of a block; raises DemoError."""
    places = Places(folder, port)
    prepare(places)
    settings, town = load_settings(places.config, environment(places))
    with Processes(places.logs, give_way) as processes, open_ledger(places) as ledger:
        areas = [area.id for area in town.areas]
        roster = [
            Terminal(f"b-{number:05}", "例示", "household", areas[number % len(areas)]) for number in range(terminals)
        ]
        fleet = take_in(
            settings, town, ledger, roster, script=ALL_STAGES, plain=plain, replies_verified=REPLIES_VERIFIED
        )
        # No broker runs yet: nobody has to tell it, and nobody is to write its files anew.
        ledger.untold.told(ledger.untold.newest())
        files = broker_files(settings)
        let_in(files, [USER], PASSWORD, _RIGHTS)
        say_every_second(files)
        start_mosquitto(places, processes)
        processes.wait_for("the broker", lambda: answers(places.broker_port), 60)
        try:
            yield Ground(places, processes, ledger, fleet, files)
        finally:
            fleet.close()


def let_in(files: BrokerFiles, users: Sequence[str], password: str, rights: str = "") -> None:
    """Write into the broker's files that there are users beside those of the town."""
    hashed = password_hash(password)
    files.add("".join(f"{user}:{hashed}\n" for user in users), rights)


def say_every_second(files: BrokerFiles) -> None:
    """Let the broker tell its own figures more often, such as what it has dropped, from its next start."""
    with files.configuration.open("a", encoding="utf-8") as configuration:
        configuration.write("sys_interval 1\n")
