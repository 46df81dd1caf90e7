"""The town of a run: made afresh, started, and ended part by part."""

import asyncio
import signal
import sys
from functools import partial

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.provisioning.terminals import take_into_service, write_broker_files
from broadcaster.settings import Settings, load_settings
from chaos.events import CENTRE, Cast
from chaos.nursery import Nursery
from chaos.places import ChaosPlaces
from demo.places import HOST, TERMINALS
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.sound import file_device
from demo.town import centre_command, forget_sessions, start_mosquitto

INTRUDER = "intruder"
LISTENER = "listener"
"""Who hears everything that goes over the wire, what is retained too, and writes it down."""

BROKER = "mosquitto"
WIRE = "wire"
READY_SECONDS = 60.0


def prepare_town(places: ChaosPlaces, terminals: int) -> tuple[Settings, Town, Cast]:
    """Make a town with so many terminals in service, and an intruder who has all rights at the broker but no key.

    A listener reads everything.
    """
    prepare(places)
    settings, town = load_settings(places.config, environment(places))
    with open_ledger(places) as ledger:
        known = {terminal.id for terminal in ledger.terminals.all()}
        everybody = [_terminal(number, town) for number in range(1, terminals + 1)]
        take_into_service(settings, town, ledger, [terminal for terminal in everybody if terminal.id not in known])
        write_broker_files(settings, town, ledger)
        names = tuple(terminal.id for terminal in ledger.terminals.all())
    folder = settings.broker.configuration
    with (folder / "passwords").open("a", encoding="ascii") as passwords:
        passwords.write(f"{INTRUDER}:{password_hash(INTRUDER)}\n{LISTENER}:{password_hash(LISTENER)}\n")
    with (folder / "rights").open("a", encoding="ascii") as rights:
        rights.write(f"\nuser {INTRUDER}\ntopic readwrite #\n\nuser {LISTENER}\ntopic read #\n")
    cast = Cast(
        terminals=names,
        whole=TERMINALS,
        areas=tuple(area.id for area in town.areas),
        groups=tuple(group.id for group in town.groups),
    )
    return settings, town, cast


def _terminal(number: int, town: Town) -> Terminal:
    area = town.areas[number % len(town.areas)].id
    groups = frozenset({town.groups[number % len(town.groups)].id}) if number % 3 else frozenset()
    # A name that is nowhere else: whoever finds it in a log or on the wire has found a leak.
    return Terminal(f"t-{number:04}", f"秘匿世帯{number:04}", "household", area, groups)


class RunningTown:
    """Switches the parts of a town on and off. What fails by itself is found in the logs, which are kept."""

    def __init__(self, places: ChaosPlaces, processes: Processes, nursery: Nursery, ledger: Ledger, cast: Cast) -> None:
        self.places = places
        self.nursery = nursery
        self.ledger = ledger
        self.cast = cast
        self._processes = processes
        self._starts = 0

    async def start(self) -> None:
        """Start everything and return once it answers."""
        places, processes = self.places, self._processes
        variables = environment(places)
        through_proxy = {"KOKUCHI_BROKER__PORT": str(places.proxy_port)}
        start_mosquitto(places, processes)
        await asyncio.to_thread(processes.wait_for, "the broker", partial(answers, places.broker_port), READY_SECONDS)
        processes.start(WIRE, _listen_command(places.broker_port))
        processes.start(CENTRE, centre_command(places), {**variables, **through_proxy})
        for terminal in self.cast.whole:
            folder = places.device_files(terminal)
            changes = {
                **file_device(folder),
                **through_proxy,
                "KOKUCHI_SCREEN__PORT": str(places.terminal_port(terminal)),
                "KOKUCHI_SPEAKER__REAL_TIME": "false",
            }
            command = [sys.executable, "-m", "terminal_client", "--config", str(folder / "terminal.toml"), "run"]
            processes.start(terminal, command, changes)
        for terminal in self.light:
            await self.nursery.start(terminal)
        for port in (places.broker_port, places.port, *(places.terminal_port(name) for name in self.cast.whole)):
            await asyncio.to_thread(processes.wait_for, f"port {port}", partial(answers, port), READY_SECONDS)

    @property
    def light(self) -> tuple[str, ...]:
        """The light terminals."""
        return tuple(terminal for terminal in self.cast.terminals if terminal not in self.cast.whole)

    async def kill(self, name: str) -> None:
        """Kill a process as a power cut does."""
        if name in self.light:
            await self.nursery.kill(name)
        else:
            await asyncio.to_thread(self._processes.end, name, signal.SIGKILL)

    async def start_again(self, name: str) -> None:
        """Start a process that was killed."""
        if name in self.light:
            await self.nursery.start(name)
            return
        # Each start has a log of its own: what an earlier process said of its end must not be lost.
        log = self.places.logs / f"{name}.log"
        self._starts += 1
        log.rename(log.with_name(f"{name}.{self._starts}.log"))
        await asyncio.to_thread(self._processes.start_again, name)

    def forget_sessions(self) -> None:
        """Delete what the broker had saved."""
        forget_sessions(self.places)

    def turn_clock(self, terminal: str, offset: float) -> None:
        """Turn a light terminal's clock to some seconds ahead of the true time; 0 sets it right."""
        clock = self.places.clock(terminal)
        new = clock.with_suffix(".new")
        new.write_text(repr(offset), encoding="ascii")
        new.replace(clock)

    def tracebacks(self) -> list[str]:
        """Return the logs in which a program said that it failed."""
        logs = sorted(self.places.logs.rglob("*.log"))
        return [str(log) for log in logs if _failed(log.read_text(encoding="utf-8", errors="replace"))]


def _listen_command(port: int) -> list[str]:
    credentials = ["-u", LISTENER, "-P", LISTENER, "-i", LISTENER]
    return ["mosquitto_sub", "-V", "5", "-h", HOST, "-p", str(port), *credentials, "-q", "1", "-t", "#", "-F", "%t %p"]


def _failed(log: str) -> bool:
    # A voice's worker whose terminal was killed finds nobody to answer, says so and ends; that is as it should be.
    return any("BrokenPipeError" not in traceback for traceback in log.split("Traceback (most recent call last)")[1:])
