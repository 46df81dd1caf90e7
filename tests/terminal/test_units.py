"""The systemd units of a terminal."""

import shutil
import subprocess
from pathlib import Path

import pytest

from terminal_client.restarts import LOOP_PATIENCE
from terminal_client.watchdog import ROUND_SECONDS

UNITS = Path(__file__).resolve().parents[2] / "systemd"
TERMINAL = UNITS / "kokuchi-terminal.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", sorted(UNITS.glob("kokuchi-*.service")), ids=lambda unit: unit.stem)
def test_systemd_understands_the_unit(unit: Path) -> None:
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    # The programs are not installed here.
    assert [line for line in said.stderr.splitlines() if "is not executable" not in line] == []


def test_systemd_waits_longer_than_a_process_that_stands_still_needs_to_leave_a_trace() -> None:
    settings = dict(line.split("=", 1) for line in TERMINAL.read_text().splitlines() if "=" in line)
    assert float(settings["WatchdogSec"]) > LOOP_PATIENCE + 2 * ROUND_SECONDS
