"""The centre and a further collector share what 300 terminals report, stand still and die (promise 3)."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from benchmarks.outage_town import CENTRE, OutageTown, outage_town
from demo.places import Places
from demo.town import centre_command
from tests.ports import free_port_range
from tests.waiting import PATIENCE, wait_until

TERMINALS = 300
FURTHER = "collector-2"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutageTown]:
    places = Places(tmp_path_factory.mktemp("town"), free_port_range())
    with outage_town(places, TERMINALS, collectors=2) as running:
        yield running


def begin(town: OutageTown, identifier: str) -> int:
    """Send an alert and return its row as soon as some of what is reported of it is in the ledger."""
    row = town.send(identifier)
    town.fleet.run_until(lambda: town.received(row) > 0, PATIENCE)
    return row


def let_report(town: OutageTown, identifier: str) -> None:
    """Let the terminals say all that they have to say, whoever may be there to write it."""
    town.fleet.run_until(lambda: town.everybody_has_reported(identifier), PATIENCE)


def connected(town: OutageTown) -> int:
    """Return how many terminals are connected, as far as they know."""
    return sum(terminal.is_connected for terminal in town.fleet.terminals.values())


def test_nothing_is_lost_while_both_stand_still(town: OutageTown) -> None:
    row = begin(town, "still")
    town.stop(town.collectors)
    let_report(town, "still")
    town.resume(town.collectors)
    town.fleet.run_until(lambda: town.is_stored(row), PATIENCE)


def test_nothing_is_lost_when_both_are_killed_in_the_middle_and_start_again(town: OutageTown) -> None:
    row = begin(town, "killed")
    town.kill(town.collectors)
    let_report(town, "killed")
    town.revive()
    town.fleet.run_until(lambda: town.is_stored(row), PATIENCE)
    assert town.dropped() == 0


def test_a_further_collector_says_that_it_works(town: OutageTown) -> None:
    """So the centre can tell the operators of one that is away."""
    town.kill([FURTHER])
    before = datetime.now(UTC)
    assert town.ledger.collectors.signs()[2] < before
    town.revive()
    wait_until(lambda: town.ledger.collectors.signs()[2] > before, what="it is back")


def test_the_share_of_one_that_never_comes_back_is_told_by_the_terminals_themselves(town: OutageTown) -> None:
    """A report that nobody has confirmed is in the next sync, which comes to the centre alone."""
    town.kill([FURTHER])
    row = town.send("told")
    let_report(town, "told")
    # The centre's half of 900 reports is of 150 terminals or more.
    town.fleet.run_until(lambda: town.received(row) >= TERMINALS // 2, PATIENCE)
    assert not town.is_stored(row)
    for terminal in town.fleet.terminals.values():
        terminal.ask()
    town.fleet.run_until(lambda: town.is_stored(row), PATIENCE)


def test_a_broker_that_is_killed_forgets_what_waited_and_who_shares_and_nothing_is_lost(town: OutageTown) -> None:
    """Mosquitto 2.0.11 does not even save who shares: who comes back says so again, and each terminal what it holds."""
    town.revive()
    wait_until(lambda: all(map(town.is_connected, town.collectors)))
    row = begin(town, "forgotten")
    town.stop(town.collectors)
    let_report(town, "forgotten")
    town.processes.end("mosquitto", signal.SIGKILL)
    # What had come as far as the collectors may be all of it: then nothing else would wait for the terminals' return.
    town.fleet.run_until(lambda: not connected(town), PATIENCE)
    town.processes.start_again("mosquitto")
    town.resume(town.collectors)
    town.fleet.bring_back()
    town.fleet.run_until(lambda: connected(town) == TERMINALS and town.is_stored(row), PATIENCE)
    again = town.send("again")
    town.fleet.run_until(lambda: town.is_stored(again), PATIENCE)


def test_one_that_is_told_to_end_leaves_and_the_centre_has_all_reports(town: OutageTown) -> None:
    """So one that was killed for good is started once more and told to end."""
    town.processes.end(FURTHER, signal.SIGTERM)
    log = (town.places.logs / f"{FURTHER}.log").read_text()
    assert "collector has left" in log
    assert "Traceback" not in log
    row = town.send("alone")
    town.fleet.run_until(lambda: town.is_stored(row), PATIENCE)
    assert town.dropped() == 0


def test_a_second_centre_for_the_same_ledger_is_refused(town: OutageTown) -> None:
    town.processes.start("second", centre_command(town.places), town.variables)
    wait_until(lambda: town.processes.has_ended("second"))
    assert "a centre runs already" in (town.places.logs / "second.log").read_text()
    assert not town.processes.has_ended(CENTRE)
