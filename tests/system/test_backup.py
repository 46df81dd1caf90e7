"""A town is saved under load, lost, and comes back on another machine: its terminals go on without a visit."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.backup.envelope import Opener
from broadcaster.backup.restoring import unpack
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.settings import load_settings
from demo.places import REPOSITORY, Places
from demo.preparation import environment, open_ledger, prepare
from demo.processes import Processes, answers
from demo.town import centre_command, start_mosquitto
from fleet import Fleet, take_in
from kokuchi.wire import Audience, AudienceKind, Topics
from tests.passwords import quick_passwords
from tests.ports import free_port_range
from tests.terminal.alerts import alert
from tests.town import Town
from tests.waiting import PATIENCE, wait_until

TERMINALS = 60
EVERYBODY = Audience(kind=AudienceKind.ALL)


@dataclass
class Lost:
    """A town that was saved while its terminals reported, and then lost."""

    places: Places
    backup: Path
    key: str
    fleet: Fleet
    sent_while_saving: int


@contextmanager
def running(places: Places) -> Iterator[Town]:
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        start_mosquitto(places, processes)
        processes.start("centre", centre_command(places), environment(places))
        processes.wait_for("the centre", lambda: answers(places.port), PATIENCE)
        wait_until(ledger.broker.is_connected)
        yield Town(places, processes, ledger)


def publish(ledger: Ledger, name: str, fleet: Fleet) -> int:
    sent = alert(name, sent=datetime.now(UTC), audience=EVERYBODY)
    return ledger.alerts.accept(sent, Topics(sent.town).of_audience(EVERYBODY), list(fleet.terminals), "test").row


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Lost]:
    places = Places(tmp_path / "town", free_port_range())
    with quick_passwords():
        prepare(places)
    settings, town = load_settings(places.config, environment(places))
    with open_ledger(places) as ledger:
        roster = [Terminal(f"f-{number:04}", "例示", "household", "kita") for number in range(TERMINALS)]
        fleet = take_in(settings, town, ledger, roster)
    light = fleet.terminals
    with running(places) as here:
        private = tmp_path / "key.txt"
        recipients = here.broadcaster("backup", "key", str(private)).stdout
        text = places.config.read_text(encoding="utf-8").replace("passphrase_path", "# passphrase_path")
        places.config.write_text(text.replace("keep_days", f"{recipients}keep_days"), encoding="utf-8")
        fleet.come_back(within=1)
        fleet.run_until(lambda: all(terminal.synced_at for terminal in light.values()), PATIENCE)
        before = publish(here.ledger, "before", fleet)
        fleet.run_until(lambda: here.ledger.deliveries.reach([before])[before].received == TERMINALS, PATIENCE)
        done: list[subprocess.CompletedProcess[str]] = []
        saving = threading.Thread(target=lambda: done.append(here.broadcaster("backup", "--json", check=False)))
        saving.start()
        sent = 0
        while saving.is_alive() and sent < 100:
            row = publish(here.ledger, f"load-{sent}", fleet)
            sent += 1
            fleet.run_until(lambda row=row: here.ledger.deliveries.reach([row])[row].received == TERMINALS, PATIENCE)  # type: ignore[misc]
        saving.join()
        assert done[0].returncode == 0, done[0].stderr
        file = Path(json.loads(done[0].stdout)["file"])
        # What happens after the backup is what will be lost.
        publish(here.ledger, "after", fleet)
        fleet.run_until(lambda: all(("after", 1) in terminal.held for terminal in light.values()), PATIENCE)
    fleet.lose_power()
    yield Lost(places, file, private.read_text(), fleet, sent)
    fleet.close()


def restore(lost: Lost, elsewhere: Places, private: Path) -> str:
    """Restore the town there, as somebody at the shell of another machine; return what was told."""
    command = [sys.executable, "-m", "broadcaster", "restore", str(lost.backup), "--into", str(elsewhere.data)]
    done = subprocess.run(
        [*command, "--identity", str(private)],
        env=environment(elsewhere),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def everything(ledger: Path) -> dict[str, set[tuple[object, ...]]]:
    with closing(sqlite3.connect(ledger)) as connection:
        names = ("alerts", "terminals", "accounts", "dictionary")
        rows = {name: set(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in names}  # noqa: S608
        moments = connection.execute("SELECT alert_id, terminal_id, received_at, displayed_at FROM deliveries")
        return {**rows, "deliveries": set(moments.fetchall())}


def test_a_town_that_was_saved_under_load_comes_back_elsewhere_and_its_terminals_go_on(
    lost: Lost, tmp_path: Path
) -> None:
    """Promises 1 and 3, after the loss of the whole server."""
    (tmp_path / "look").mkdir()
    copy = unpack(lost.backup, Opener(identity=lost.key), tmp_path / "look")
    was, saved = everything(lost.places.data / "var" / "broadcaster.sqlite"), everything(copy.ledger)
    for name in ("terminals", "accounts", "dictionary"):
        assert saved[name] == was[name]
    assert saved["alerts"] <= was["alerts"]
    reported = {row for row in saved["deliveries"] if row[2]}
    assert reported <= was["deliveries"]
    assert len(saved["deliveries"]) == len(saved["alerts"]) * TERMINALS, "an alert is there with all of its deliveries"

    elsewhere = Places(tmp_path / "elsewhere", lost.places.port)
    told = restore(lost, elsewhere, tmp_path / "key.txt")
    assert f"{len(saved['alerts'])} alerts were valid" in told

    fleet, newcomer = lost.fleet, lost.fleet.terminals["f-0000"]
    newcomer.held.clear()
    with running(elsewhere) as town:
        fleet.come_back(within=1)
        fleet.run_until(lambda: all(terminal.synced_at for terminal in fleet.terminals.values()), PATIENCE)
        row = publish(town.ledger, "again", fleet)
        fleet.run_until(lambda: town.ledger.deliveries.reach([row])[row].received == TERMINALS, PATIENCE)

        assert set(newcomer.held) == {("again", 1)}, "what is held back reaches nobody"
        told_of = {held.alert.identifier for held in town.ledger.recovery.held()}
        assert len(told_of) == len(saved["alerts"])
        town.broadcaster("held", "--release", "before")
        fleet.run_until(lambda: ("before", 1) in newcomer.held, PATIENCE)
    print(
        f"backup of {lost.backup.stat().st_size} bytes; {lost.sent_while_saving} alerts to {TERMINALS} terminals while"
        f" it was made, {len(saved['alerts'])} in it with {len(reported)} reports"
    )
