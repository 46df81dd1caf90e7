"""A town whose collectors stand still or are killed while its terminals report; nothing else runs in it."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.broker.ground import let_in, say_every_second
from benchmarks.processes import processor_seconds
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.provisioning.terminals import broker_files
from broadcaster.settings import load_settings
from demo.places import HOST, Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import centre_command, collector_command, start_mosquitto
from fleet import ALL_STAGES, Fleet, take_in
from kokuchi.wire import Alert, Audience, AudienceKind, Contact, Severity, Topics

CENTRE = "centre"
CONNECTED_SECONDS = 120.0
_WATCHER = "watcher"
_DROPPED, _UPTIME = "$SYS/broker/publish/messages/dropped", "$SYS/broker/uptime"


@dataclass
class OutageTown:
    """`collectors` are the processes that write reports, the centre first; `variables` is their environment."""

    places: Places
    processes: Processes
    ledger: Ledger
    fleet: Fleet
    collectors: Sequence[str]
    variables: Mapping[str, str]
    town: str

    def is_connected(self, name: str) -> bool:
        """Tell whether one of the collectors has found the broker since it was started."""
        return "broker connected" in (self.places.logs / f"{name}.log").read_text(errors="replace")

    def send(self, identifier: str) -> int:
        """Accept an alert for every terminal of the fleet; return its row."""
        now = datetime.now(UTC)
        alert = Alert(
            town=self.town,
            identifier=identifier,
            sent=now,
            expires=now + timedelta(hours=1),
            category="scam",
            event="詐欺事案情報",
            severity=Severity.MINOR,
            audience=Audience(kind=AudienceKind.ALL),
            sender_name="月形町役場",
            headline="ためしの見出し",
            body="ためしの本文です。",
            contact=Contact(name="月形町役場 産業課", telephone="188"),
        )
        topics = Topics(self.town).of_audience(alert.audience)
        return self.ledger.alerts.accept(alert, topics, list(self.fleet.terminals), "outage").row

    def received(self, row: int) -> int:
        """Return how many terminals the ledger knows to have received an alert."""
        return self.ledger.deliveries.reach([row])[row].received

    def complete(self, row: int) -> int:
        """Return of how many terminals the ledger knows every stage of an alert."""
        return sum(line.delivery.is_complete for line in self.ledger.deliveries.of_alert(row))

    def is_stored(self, row: int) -> bool:
        """Tell whether the ledger has every stage of every delivery."""
        size = len(self.fleet.terminals)
        return self.ledger.deliveries.reach([row])[row].confirmed == size and self.complete(row) == size

    def everybody_has_reported(self, identifier: str) -> bool:
        """Tell whether every terminal has said all that it has to say of an alert."""
        shared = self.fleet.shared
        return shared.opening.holders(identifier) == len(self.fleet.terminals) and not shared.later

    def stop(self, names: Sequence[str]) -> None:
        """Let processes stand still."""
        for name in names:
            self.processes.signal(name, signal.SIGSTOP)

    def resume(self, names: Sequence[str]) -> None:
        """Let them go on."""
        for name in names:
            self.processes.signal(name, signal.SIGCONT)

    def kill(self, names: Sequence[str]) -> None:
        """Kill processes as a power cut does."""
        for name in names:
            self.processes.end(name, signal.SIGKILL)

    def revive(self) -> None:
        """Start again what has ended, as systemd does: a process that stood still for 45 s ends by itself."""
        for name in self.collectors:
            if self.processes.has_ended(name):
                self.processes.start_again(name)

    def processor_seconds(self) -> dict[int, float]:
        """Return what each of the collectors' processes has used so far."""
        return {pid: processor_seconds(pid) for pid in map(self.processes.pid, self.collectors)}

    def dropped(self) -> int:
        """Return how many messages the broker has dropped, which it tells every second."""
        before = self._told(_UPTIME)
        self.fleet.run_until(lambda: len(self._told(_UPTIME)) > len(before) + 1, 30)
        return max(self._told(_DROPPED))

    def _told(self, topic: str) -> list[int]:
        lines = (self.places.logs / f"{_WATCHER}.log").read_text().splitlines()
        return [int(line.split()[1]) for line in lines if line.startswith(topic)]


@contextmanager
def outage_town(places: Places, terminals: int, collectors: int) -> Iterator[OutageTown]:
    """Run a town with so many terminals, all connected, and so many collectors; nothing is reported yet."""
    prepare(places)
    variables = {**environment(places), "KOKUCHI_BROKER__COLLECTORS": str(collectors)}
    settings, town = load_settings(places.config, variables)
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        roster = [Terminal(f"o-{number:05}", "例示", "household", "kita") for number in range(terminals)]
        fleet = take_in(settings, town, ledger, roster, script=ALL_STAGES)
        # The broker is started with these files, which the centre need not write again.
        ledger.untold.told(ledger.untold.newest())
        files = broker_files(settings)
        let_in(files, [_WATCHER], _WATCHER, f"\nuser {_WATCHER}\ntopic read $SYS/#\n")
        say_every_second(files)
        start_mosquitto(places, processes)
        processes.wait_for("the broker", lambda: answers(places.broker_port), 60)
        processes.start(_WATCHER, _watching(places))
        processes.start(CENTRE, centre_command(places), variables)
        processes.wait_for("the centre", lambda: answers(places.port), 60)
        further = {f"collector-{number}": number for number in range(2, collectors + 1)}
        for name, number in further.items():
            processes.start(name, collector_command(places, number), variables)
        running = OutageTown(places, processes, ledger, fleet, [CENTRE, *further], variables, town.id)
        processes.wait_for("the collectors", lambda: all(map(running.is_connected, running.collectors)), 60)
        try:
            fleet.come_back(within=min(10.0, terminals / 300))
            fleet.run_until(fleet.all_synced(), CONNECTED_SECONDS)
            yield running
        finally:
            fleet.close()


def _watching(places: Places) -> list[str]:
    """Return the command that follows the broker's figures: one that does not change is forgotten after a minute."""
    login = ["-V", "5", "-h", HOST, "-p", str(places.broker_port), "-u", _WATCHER, "-P", _WATCHER]
    return ["mosquitto_sub", *login, "-v", "-t", _UPTIME, "-t", _DROPPED]
