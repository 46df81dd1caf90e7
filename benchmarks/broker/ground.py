"""What every system under test stands on: one private broker, configured as kokuchi configures it, and one fleet."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import processor_seconds
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.settings import load_settings
from demo.places import Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import mosquitto_command
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

    @property
    def terminals(self) -> int:
        """How many there are."""
        return len(self.fleet.terminals)

    def connect(self) -> float:
        """Let all terminals come, and sync; return the seconds that it took."""
        self.fleet.come_back(within=_seconds_to_connect(self.terminals))
        waiting = dict(self.fleet.terminals)

        def all_synced() -> bool:
            # Whoever is synced stays so: each is looked at once more only as long as it is not.
            while waiting and next(iter(waiting.values())).synced_at:
                del waiting[next(iter(waiting))]
            return not waiting

        return self.fleet.run_until(all_synced, _CONNECTED_SECONDS)

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
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        areas = [area.id for area in town.areas]
        roster = [
            Terminal(f"b-{number:05}", "例示", "household", areas[number % len(areas)]) for number in range(terminals)
        ]
        fleet = take_in(settings, town, ledger, roster, script=ALL_STAGES, plain=plain)
        # No broker runs yet: nobody has to tell it, and nobody is to write its files anew.
        ledger.untold.told(ledger.untold.newest())
        _let_in(places)
        processes.start("mosquitto", mosquitto_command(places))
        processes.wait_for("the broker", lambda: answers(places.broker_port), 60)
        try:
            yield Ground(places, processes, ledger, fleet)
        finally:
            fleet.close()


def _let_in(places: Places) -> None:
    """Give the bench its rights at the broker, and let that say more often what it has dropped."""
    files = places.data / "var" / "mosquitto"
    for name, text in (
        ("passwords", f"{USER}:{password_hash(PASSWORD)}\n"),
        ("rights", _RIGHTS),
        ("mosquitto.conf", "sys_interval 1\n"),
    ):
        with (files / name).open("a", encoding="utf-8") as file:
            file.write(text)
