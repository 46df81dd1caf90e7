"""Systems that take turns on one ground, so that whatever else the machine does hits all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.broker.figures import Meter, Used, own_pid
from benchmarks.broker.floor import Floor
from benchmarks.broker.ground import Ground, ground
from benchmarks.broker.systems import System, Times
from benchmarks.spread import Spread


@dataclass
class Measured:
    """What one system has shown: its times round by round, and what each process has used."""

    times: list[Times] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)

    @property
    def received(self) -> Spread:
        """Milliseconds until the last terminal had the message."""
        return Spread.of([one.received for one in self.times])

    @property
    def stored(self) -> Spread:
        """Milliseconds until everything was stored, or counted."""
        return Spread.of([one.stored for one in self.times])

    @property
    def used(self) -> dict[str, Used]:
        """What each process has used."""
        return self.meter.used


@dataclass
class Result:
    """All systems with so many terminals."""

    terminals: int
    rounds: int
    connect_seconds: float
    systems: dict[str, Measured]
    dropped: int

    def received_ratio(self, system: str) -> Spread:
        """Return how many times the floor's fan-out of the same round it took."""
        return self._ratio([(one.received, floor.received) for one, floor in self._pairs(system)])

    def stored_ratio(self, system: str) -> Spread:
        """Return how many times the floor's counting of the same round it took."""
        return self._ratio([(one.stored, floor.stored) for one, floor in self._pairs(system)])

    def _pairs(self, system: str) -> list[tuple[Times, Times]]:
        return list(zip(self.systems[system].times, self.systems[Floor.name].times, strict=True))

    @staticmethod
    def _ratio(pairs: Sequence[tuple[float, float]]) -> Spread:
        return Spread.of([one / floor for one, floor in pairs])


def measure(folder: Path, port: int, terminals: int, rounds: int, floor: Floor, others: Sequence[System]) -> Result:
    """Let the floor and other systems take turns; raises DemoError, FleetError or WireError.

    A round of each before the first one is not counted: caches fill, and the broker's memory reaches its size.
    """
    systems: list[System] = [floor, *others]
    plain = [one for system in systems for one in system.plain]
    with ground(folder, port, terminals, plain) as below:
        try:
            for system in systems:
                system.start(below)
            connected = below.connect()
            found = {system.name: Measured() for system in systems}
            for number in range(rounds + 1):
                for system in systems:
                    _turn(below, system, number, found[system.name])
            return Result(terminals, rounds, connected, found, floor.dropped(below))
        finally:
            for system in systems:
                system.close()


def _turn(below: Ground, system: System, number: int, measured: Measured) -> None:
    pids = {**system.pids(below), "broker": below.processes.pid("mosquitto"), "fleet": own_pid()}
    below.rest([pid for name, pid in pids.items() if name != "fleet"])
    if number == 0:
        system.run(below, number)
        system.check(below)
        return
    measured.meter.begin(pids)
    measured.times.append(system.run(below, number))
    measured.meter.end(pids)
    system.check(below)
