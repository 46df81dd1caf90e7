"""`make bench` with few terminals: what it says can be read by a program, and what it counts has happened."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.broker.figures import Meter, Used
from benchmarks.broker.judging import judge
from benchmarks.broker.rounds import Measured, Result
from benchmarks.broker.systems import Times
from demo.places import REPOSITORY

FLOOR = [Times(40, 100), Times(50, 110), Times(60, 120)]


def test_the_bench_compares_kokuchi_with_the_broker_alone(tmp_path: Path) -> None:
    picture = tmp_path / "bench.svg"
    command = [sys.executable, "-m", "benchmarks.broker", "-n", "30", "--rounds", "1", "--json", "--plot", str(picture)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr

    (result,) = json.loads(done.stdout.splitlines()[-1])
    assert (result["n"], result["rounds"], result["dropped"]) == (30, 1, 0)
    floor, kokuchi = result["floor"], result["kokuchi"]
    assert 0 < floor["received_ms"] < floor["stored_ms"]
    assert 0 < kokuchi["received_ms"] < kokuchi["stored_ms"]
    assert set(floor["processes"]) == {"counter", "broker", "fleet"}
    assert kokuchi["centre_rss_mib"] > 20
    words = "".join(ElementTree.fromstring(picture.read_text()).itertext())  # noqa: S314 - the bench has written it
    assert "30 terminals" in words


def result(received: float, stored: float, memory: float = 100, terminals: int = 1500, dropped: int = 0) -> Result:
    """Return a result in which kokuchi takes so many times as long as the floor of the same round."""
    times = [Times(one.received * received, one.stored * stored) for one in FLOOR]
    kokuchi = Measured(times, Meter({"centre": Used([memory])}))
    return Result(terminals, len(FLOOR), 1.0, {"floor": Measured(FLOOR), "kokuchi": kokuchi}, dropped)


def bad(one: Result) -> list[str]:
    return [line.name for line in judge(one) if not line.is_good]


def test_a_round_is_compared_with_the_floor_of_the_same_round() -> None:
    assert bad(result(1.5, 3, 150)) == []
    assert bad(result(1.51, 3)) == ["all terminals have it"]
    assert bad(result(1.5, 3.01)) == ["all stages are stored"]
    assert bad(result(1.5, 3, 151)) == ["memory of the centre"]


def test_a_prefecture_has_other_bounds_than_a_town_and_a_few_terminals_have_none() -> None:
    assert bad(result(1.31, 3, 501, 19_900)) == ["all terminals have it", "memory of the centre"]
    assert bad(result(1.3, 3, 500, 19_900)) == []
    assert bad(result(20, 20, 900, 30)) == []


def test_a_message_that_the_broker_has_dropped_is_never_good() -> None:
    assert bad(result(1, 1, dropped=1, terminals=30)) == ["messages that the broker has dropped"]
