"""The flow that `make bench HOBBY=1` runs is what its runner expects. Node-RED itself is not needed for that."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.hobby import node_red
from benchmarks.hobby.clicking import message
from benchmarks.hobby.node_red import ALERTS, FLOW, HERE, READY, SETTINGS, variables, why_missing
from benchmarks.hobby.system import STAGES, reports
from kokuchi.wire.fields import JsonObject

NODES: dict[str, JsonObject] = {node["id"]: node for node in json.loads(FLOW.read_text(encoding="utf-8"))}


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        (schema,) = NODES["at start"]["props"]
        connection.executescript(str(schema["v"]))
        yield connection


def test_every_variable_of_flow_and_settings_is_given_and_each_given_one_is_used() -> None:
    text = FLOW.read_text(encoding="utf-8") + SETTINGS.read_text(encoding="utf-8")
    assert set(re.findall(r"HOBBY_[A-Z_]+", text)) == set(variables(1, 2, Path("town.sqlite"), 500))


def test_every_wire_leads_to_a_node_of_the_flow() -> None:
    ends = {end for node in NODES.values() for outlet in node.get("wires", []) for end in outlet}
    assert ends <= set(NODES)
    assert {node["broker"] for node in NODES.values() if node["type"] in ("mqtt in", "mqtt out")} == {"broker"}
    assert {node["mydb"] for node in NODES.values() if node["type"] == "sqlite"} == {"database"}


def test_the_flow_is_spoken_to_where_the_runner_does_it() -> None:
    asked = {node["url"] for node in NODES.values() if node["type"] == "http in"}
    assert asked == {ALERTS, READY}
    assert f'flowFile: "{FLOW.name}"' in SETTINGS.read_text(encoding="utf-8")


def test_what_terminals_report_becomes_a_row_for_each_stage_once(database: sqlite3.Connection) -> None:
    statement = str(NODES["store rows"]["sql"])
    several = [json.loads(one) for terminal in ("b-1", "b-2") for one in reports(terminal, "an-alert")]
    for _ in range(2):
        database.execute(statement, {"reports": json.dumps(several)})

    rows = database.execute("SELECT terminal, alert, stage FROM deliveries WHERE at > '2020'").fetchall()
    assert sorted(rows) == sorted((one, "an-alert", stage) for one in ("b-1", "b-2") for stage in STAGES)
    assert database.execute("SELECT max(rowid) FROM deliveries").fetchone() == (len(rows),)


def test_an_alert_is_stored_and_as_long_as_what_the_floor_carries(database: sqlite3.Connection) -> None:
    alert = message("an-alert")
    assert len(alert) == 1024
    statement = str(NODES["store alert"]["sql"])
    database.execute(statement, {"identifier": json.loads(alert)["identifier"], "alert": alert.decode()})
    assert database.execute("SELECT identifier FROM alerts").fetchall() == [("an-alert",)]


def test_npm_is_told_exact_versions_and_no_address() -> None:
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())


def test_without_node_red_the_bench_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_red, "INSTALLED", tmp_path / ".installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no node here" in why_missing()
    (tmp_path / "node").touch(mode=0o755)
    assert "`make hobby`" in why_missing()
    (tmp_path / ".installed").touch()
    assert why_missing() == ""
