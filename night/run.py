"""The night itself: a town is made, lives through its day, and is looked at all the while."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL
from broadcaster.domain.tokens import Scope
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.settings import Settings, load_settings
from demo.places import Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import centre_command, start_mosquitto
from fleet import Fleet, LightTerminal, take_in
from kokuchi.database import sqlite_of
from kokuchi.wire import CallbackRequest, Presence, Speaker
from night.day import Day, What
from night.judge import Finding, judge
from night.measuring import Sample, Watch, failures_in
from night.people import People

_SAMPLES = 40
_CONNECTED_SECONDS = 120.0
_LATEST_SECONDS = 150.0
"""A night that is very short waits so long for everything to have happened once."""

_STORM = 0.1
"""After this part of the night the broker is killed, and everybody comes back at once."""


@dataclass(frozen=True)
class Night:
    """What has happened and what was found."""

    day: Day
    done: Counter[str]
    samples: list[Sample]
    faults: list[str]
    findings: list[Finding]

    @property
    def is_good(self) -> bool:
        """Whether everything was as it has to be."""
        return not self.faults and all(finding.is_good for finding in self.findings)


def run(day: Day, places: Places) -> Night:
    """Let a day pass and return what was found; raises DemoError if the town cannot be started."""
    prepare(places)
    settings, town = load_settings(places.config, environment(places))
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        fleet = _fleet(day, settings, town, ledger)
        start_mosquitto(places, processes)
        processes.start("centre", centre_command(places), environment(places))
        processes.wait_for("the centre", lambda: answers(places.port), 60)
        fleet.come_back(within=min(10.0, day.terminals / 50))
        fleet.run_until(fleet.all_synced(), _CONNECTED_SECONDS)
        now = datetime.now(UTC)
        scopes = {Scope.ALERTS_READ, Scope.TERMINALS_READ, Scope.REQUESTS_READ}
        token = ledger.tokens.make("night", scopes, now + timedelta(days=2), SHELL, now)
        people = People(places, ledger, day, token)
        with people.at_work():
            watch = Watch(processes.pid("centre"), sqlite_of(ledger.connections).path, time.monotonic())
            samples = _live(day, fleet, people, watch, lambda: _storm(processes))
        processes.check()
        fleet.close()
    findings = judge(samples, people.page_seconds, failures_in(places.logs), day.planned, people.done)
    return Night(day, people.done, samples, people.faults, findings)


def _fleet(day: Day, settings: Settings, town: Town, ledger: Ledger) -> Fleet:
    areas, groups = [area.id for area in town.areas], [group.id for group in town.groups]
    roster = [
        Terminal(
            f"n-{number:04}", "例示", "household", areas[number % len(areas)], frozenset({groups[number % len(groups)]})
        )
        for number in range(day.terminals)
    ]
    return take_in(settings, town, ledger, roster)


def _storm(processes: Processes) -> None:
    processes.end("mosquitto", signal.SIGKILL)
    processes.start_again("mosquitto")


def _live(day: Day, fleet: Fleet, people: People, watch: Watch, storm: Callable[[], None]) -> list[Sample]:
    terminals = list(fleet.terminals.values())
    happenings = day.happenings()
    due = next(happenings, None)
    samples: list[Sample] = []
    looked, stormy = 0.0, True
    while (now := time.monotonic() - watch.started) < day.seconds or not (people.have_begun or now > _LATEST_SECONDS):
        if stormy and now > day.seconds * _STORM:
            stormy = False
            storm()
        while due and due[0] <= now:
            _happen(due[1], terminals[due[2]], fleet, people.done)
            due = next(happenings, None)
        if now - looked > day.seconds / _SAMPLES:
            looked = now
            samples.append(watch.look())
            people.done["terminals that came back by themselves"] += fleet.bring_back()
        fleet.drive()
    return [*samples, watch.look()]


def _happen(what: What, terminal: LightTerminal, fleet: Fleet, done: Counter[str]) -> None:
    if not terminal.is_connected:
        return
    done[what] += 1
    now = datetime.now(UTC)
    name = terminal.membership.terminal
    match what:
        case What.PRESENCE:
            warm = done[what] % 60
            terminal.say(
                Presence(terminal=name, sent=now, online=True, speaker=Speaker.WORKING, temperature_celsius=warm)
            )
        case What.HEARD:
            if terminal.finish():
                terminal.ask()
        case What.RECONNECTION:
            fleet.reconnect(terminal)
        case What.WISH:
            terminal.wish(CallbackRequest(terminal=name, identifier=f"w-{done[what]}", sent=now, asked_at=now))
        case What.NONSENSE:
            terminal.babble(os.urandom(200))
