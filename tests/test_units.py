"""The systemd units of a centre and of a terminal."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from broadcaster.dispatch.further_collector import LEAVE_SECONDS
from demo.preparation import BROKER_MEMORY, MEMORY
from kokuchi.restarts import LOOP_PATIENCE
from kokuchi.watchdog import ROUND_SECONDS

UNITS = Path(__file__).resolve().parent.parent / "systemd"
SERVICES = sorted(UNITS.glob("kokuchi-*.service"))
HIGHEST_EXPOSURE = 2.0
BROWSER = "kokuchi-kiosk"
"""Chromium brings a sandbox of its own, which needs what systemd counts as exposure."""

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd is not installed: scripts/install-packages systemd"
)


def settings_of(unit: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in unit.read_text().splitlines() if re.match(r"[A-Z]\w+=", line))


@needs_systemd
def test_systemd_understands_the_units() -> None:
    units = [*SERVICES, *UNITS.glob("kokuchi-*.timer")]
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    # The programs are not installed here.
    assert [line for line in said.stderr.splitlines() if "is not executable" not in line] == []


@needs_systemd
@pytest.mark.parametrize("unit", [unit for unit in SERVICES if unit.stem != BROWSER], ids=lambda unit: unit.stem)
def test_a_unit_can_do_little_beyond_its_work(unit: Path) -> None:
    threshold = f"--threshold={HIGHEST_EXPOSURE * 10:.0f}"
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", threshold, unit], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout
    assert settings_of(unit)["User"] == "kokuchi"


def test_the_centre_has_the_room_that_the_night_and_1500_terminals_were_measured_with() -> None:
    centre, broker = (UNITS / f"kokuchi-{name}.service" for name in ("centre", "broker"))
    assert int(settings_of(centre)["LimitNOFILE"]) >= 4096
    assert int(settings_of(broker)["LimitNOFILE"]) >= 4096


@pytest.mark.parametrize("name", ["kokuchi-centre", "kokuchi-collector@", "kokuchi-broker"])
def test_what_was_measured_takes_memory_as_the_unit_lets_it(name: str) -> None:
    lines = (UNITS / f"{name}.service").read_text().splitlines()
    set_by_the_unit = dict(line.split("=", 2)[1:] for line in lines if line.startswith("Environment="))
    assert set_by_the_unit == (BROKER_MEMORY if name == "kokuchi-broker" else {"PYTHONUNBUFFERED": "1", **MEMORY})


def test_a_backup_may_be_written_where_the_installed_settings_put_it() -> None:
    install = (UNITS.parent / "scripts/install-centre").read_text()
    assert '"/var/backups/kokuchi"' in install
    assert settings_of(UNITS / "kokuchi-backup.service")["ReadWritePaths"] == "-/var/backups/kokuchi"


@pytest.mark.parametrize("name", ["kokuchi-centre", "kokuchi-collector@", "kokuchi-terminal"])
def test_systemd_waits_longer_than_a_process_that_stands_still_needs_to_leave_a_trace(name: str) -> None:
    settings = settings_of(UNITS / f"{name}.service")
    assert float(settings["WatchdogSec"]) > LOOP_PATIENCE + 2 * ROUND_SECONDS


def test_systemd_waits_longer_than_a_collector_takes_to_write_what_waits_for_it() -> None:
    settings = settings_of(UNITS / "kokuchi-collector@.service")
    assert float(settings["TimeoutStopSec"]) > LEAVE_SECONDS


def test_a_collector_stops_and_starts_with_the_centre_which_may_change_the_ledger_meanwhile() -> None:
    settings = settings_of(UNITS / "kokuchi-collector@.service")
    assert settings["PartOf"] == "kokuchi-centre.service"
    assert "kokuchi-centre.service" in settings["WantedBy"].split()
    assert "kokuchi-centre.service" in settings["After"].split()


@pytest.mark.parametrize(
    "unit", [unit for unit in SERVICES if unit.stem != "kokuchi-backup"], ids=lambda unit: unit.stem
)
def test_what_must_run_is_started_again_and_again(unit: Path) -> None:
    settings = settings_of(unit)
    assert settings["Restart"] == "always"
    assert settings["StartLimitIntervalSec"] == "0"
