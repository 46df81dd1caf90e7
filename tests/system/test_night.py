"""The night: it passes on a small town, and its judge can be trusted."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from broadcaster.ledger import Ledger
from demo.places import REPOSITORY
from night.day import Day, What
from night.judge import MOST_ROWS, Finding, judge
from night.measuring import Sample, failures_in, rows_of

MEBIBYTE = 2**20
PAGES = [0.05] * 100
CALM = [Sample(float(n), 120 * MEBIBYTE, 45, 4 * MEBIBYTE, {"presences": 300, "alerts": n}) for n in range(40)]


def test_a_small_town_comes_through_its_night(tmp_path: Path) -> None:
    """Alerts, reports, reconnections, a killed broker, pages, streams, wrong passwords and codes."""
    command = [sys.executable, "-m", "night", "--terminals", "6", "--minutes", "0.15", "--json"]
    command += ["--data", str(tmp_path)]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert answer.stdout, answer.stderr
    result = json.loads(answer.stdout.splitlines()[-1])
    wrong = [finding["name"] for finding in result["findings"] if not finding["good"]]
    # In nine seconds nothing has come to rest yet; what is measured over time has tests of its own below.
    assert set(wrong) <= {"memory of the centre", "open files", "pages", "work of the day"}
    assert result["faults"] == []
    assert {"send", "look", "follow a page", "reconnection", "nonsense"} <= set(result["done"])
    assert result["rows_a_day"]["deliveries"] > 0
    assert "table presences" in {finding["name"] for finding in result["findings"]}


def bad(samples: Sequence[Sample] = CALM, pages: Sequence[float] = PAGES, done: int = 100) -> list[str]:
    found = judge(samples, pages, (), {"look": 100}, {"look": done})
    return [finding.name for finding in found if not finding.is_good]


def changed(change: Callable[[int, Sample], Sample]) -> list[Sample]:
    return [change(number, sample) for number, sample in enumerate(CALM)]


def test_a_calm_night_is_good() -> None:
    assert bad() == []


def test_a_day_of_which_much_was_left_undone_is_no_good_day() -> None:
    assert bad(done=90) == []
    assert bad(done=89) == ["work of the day"]


def test_memory_that_leaks_is_found_and_memory_that_warms_up_is_not() -> None:
    leaking = changed(lambda number, sample: replace(sample, resident=sample.resident + number * MEBIBYTE))
    warming = changed(lambda number, sample: replace(sample, resident=min(60 + 6 * number, 120) * MEBIBYTE))
    assert bad(leaking) == ["memory of the centre"]
    assert bad(warming) == []


def test_files_that_are_not_closed_are_found() -> None:
    assert bad(changed(lambda number, sample: replace(sample, descriptors=45 + 2 * number))) == ["open files"]


def test_a_write_ahead_log_that_nobody_takes_back_is_found() -> None:
    growing = changed(lambda number, sample: replace(sample, write_ahead_log=number * 2 * MEBIBYTE))
    assert bad(growing) == ["write-ahead log"]


def test_a_table_that_grows_is_found_unless_it_is_known_what_becomes_of_its_rows() -> None:
    growing = changed(lambda number, sample: replace(sample, rows={"strange": number * 10, "alerts": number}))
    assert bad(growing) == ["table strange"]


def test_a_table_of_which_the_ledger_prunes_nothing_may_not_grow() -> None:
    tables = ("audit", "alert_reach", "terminal_settings")
    growing = changed(lambda number, sample: replace(sample, rows=dict.fromkeys(tables, number * 10)))
    assert bad(growing) == ["table terminal_settings"]


def test_a_table_that_is_cut_may_be_as_long_as_it_is_cut_and_no_longer() -> None:
    def grown(to: int) -> list[Sample]:
        return changed(lambda number, sample: replace(sample, rows={"quarantine": to * number // 39}))

    assert bad(grown(MOST_ROWS["quarantine"])) == []
    assert bad(grown(MOST_ROWS["quarantine"] + 1)) == ["table quarantine"]


def test_slow_pages_are_found() -> None:
    assert bad(pages=[0.05] * 90 + [3.0] * 10) == ["pages"]


def test_an_exception_that_nobody_handled_is_found_with_its_name(tmp_path: Path) -> None:
    failed = (
        "2026-11-28 error asyncio: Task exception was never retrieved\nTraceback (most recent call last):\n"
        '  File "x.py", line 1, in <module>\n    raise ValueError("gone")\nValueError: gone\n2026-11-28 info: on\n'
    )
    (tmp_path / "centre.log").write_text(failed)
    (tmp_path / "mosquitto.log").write_text("all is well")
    failures = failures_in(tmp_path)
    assert failures == ["centre.log: ValueError: gone"]
    found = [finding for finding in judge(CALM, PAGES, failures, {}, {}) if not finding.is_good]
    assert found == [Finding("unhandled exceptions", "1: centre.log: ValueError: gone", "none", False)]


def test_every_table_of_the_ledger_is_counted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    rows = rows_of(tmp_path / "ledger.sqlite")
    ledger.close()
    assert {"alerts", "deliveries", "presences", "quarantine", "sessions", "audit"} <= set(rows)
    assert set(MOST_ROWS) <= set(rows)


def test_a_day_is_the_same_day_however_short_it_is() -> None:
    terminals = 10
    counts = [
        {what: sum(1 for _, happens, _ in Day(terminals, seconds).happenings() if happens is what) for what in What}
        for seconds in (60, 120)
    ]
    assert counts[0][What.HEARD] == counts[1][What.HEARD] == terminals * Day.alerts
    assert counts[0][What.RECONNECTION] == terminals * Day.reconnections_each
    assert counts[1][What.PRESENCE] == 2 * counts[0][What.PRESENCE]
