"""A whole town loses its power and comes back at once; `make bench-storm` does it with thousands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.settings import load_settings
from demo.places import Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import centre_command, forget_sessions, start_mosquitto
from fleet import Fleet, take_in
from kokuchi.wire import Alert, Audience, AudienceKind, Topics
from tests.ports import free_port_range
from tests.terminal.alerts import alert
from tests.town import Town
from tests.waiting import wait_until

TERMINALS = 300
CAUGHT_UP_SECONDS = 60.0


@dataclass
class StormyTown:
    """A town with a fleet instead of the three terminals of the demo."""

    town: Town
    fleet: Fleet

    def publish(self, sent: Alert) -> int:
        """Accept an alert for every terminal of the fleet; return its row."""
        topics = Topics(sent.town).of_audience(sent.audience)
        return self.town.ledger.alerts.accept(sent, topics, list(self.fleet.terminals), "test").row

    def received(self, row: int) -> int:
        """Return how many terminals the ledger knows to have received it."""
        return self.town.ledger.deliveries.reach([row])[row].received


@pytest.fixture
def stormy(tmp_path: Path) -> Iterator[StormyTown]:
    places = Places(tmp_path, free_port_range())
    prepare(places)
    settings, town = load_settings(places.config, environment(places))
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        roster = [Terminal(f"f-{number:04}", "例示", "household", "kita") for number in range(TERMINALS)]
        fleet = take_in(settings, town, ledger, roster)
        start_mosquitto(places, processes)
        processes.start("centre", centre_command(places), environment(places))
        processes.wait_for("the centre", lambda: answers(places.port), 30)
        running = Town(places, processes, ledger)
        wait_until(ledger.broker.is_connected, 30)
        yield StormyTown(running, fleet)
        fleet.close()


def test_terminals_that_come_back_together_are_all_caught_up_within_a_minute(stormy: StormyTown) -> None:
    """Promise 1. Three alerts wait for them; the broker has forgotten everything in between."""
    fleet = stormy.fleet
    fleet.come_back(within=3)
    fleet.run_until(lambda: all(terminal.synced_at for terminal in fleet.terminals.values()), CAUGHT_UP_SECONDS)
    fleet.lose_power()
    stormy.town.kill("mosquitto")
    forget_sessions(stormy.town.places)
    audience = Audience(kind=AudienceKind.ALL)
    rows = [stormy.publish(alert(f"storm-{n}", sent=datetime.now(UTC), audience=audience)) for n in range(3)]
    stormy.town.processes.start_again("mosquitto")
    wait_until(lambda: answers(stormy.town.places.broker_port))

    fleet.come_back(within=3)

    def all_hold_all() -> bool:
        return all(terminal.synced_at and len(terminal.held) == 3 for terminal in fleet.terminals.values())

    caught_up = fleet.run_until(all_hold_all, CAUGHT_UP_SECONDS)
    stored = fleet.run_until(lambda: all(stormy.received(row) == TERMINALS for row in rows), CAUGHT_UP_SECONDS)
    print(f"{TERMINALS} terminals: caught up after {caught_up:.1f} s, all in the ledger {stored:.1f} s later")


def test_a_terminal_that_says_nothing_is_sent_the_alert_again(stormy: StormyTown) -> None:
    """Each attempt is in the ledger."""
    fleet = stormy.fleet.only(["f-0001", "f-0002"])
    fleet.come_back(within=0)
    fleet.run_until(lambda: all(terminal.synced_at for terminal in fleet.terminals.values()), 20)
    wait_until(lambda: len([p for p in stormy.town.ledger.presences.all().values() if p.online]) == 2)
    # It was accepted a while ago and went out on a topic that nobody hears: the broker has lost it.
    lost = alert("lost", sent=datetime.now(UTC) - timedelta(minutes=1), audience=Audience(kind=AudienceKind.ALL))
    row = stormy.town.ledger.alerts.accept(lost, [], ["f-0001", "f-0002", "f-0003"], "test").row

    fleet.run_until(lambda: stormy.received(row) == 2, 30)
    fleet.close()

    attempts = {line.terminal.id: line.attempts for line in stormy.town.ledger.deliveries.of_alert(row)}
    assert attempts == {"f-0001": 1, "f-0002": 1, "f-0003": 0}
