"""`broadcaster log`: searched, as files, and as a copy that a real Datasette shows."""

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from broadcaster.domain.audit import SHELL, Deed, Wanted
from broadcaster.ledger import Ledger
from kokuchi.wire import Alert, Outcome, Speaker
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.examples import NOW, accept, alert, areas, presence, report

SECRETS = "password secret hash token session account code request audit draft"


@pytest.fixture
def ledger(shell: Shell) -> Iterator[Ledger]:
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def alerts(shell: Shell) -> list[str]:
    """One to all, of which a terminal made no sound, and a later one to an area."""
    first = Alert.model_validate({**alert("a-1").model_dump(), "headline": "=1+1 不審な電話"})
    invitation = {"headline": "相談会", "category": "awareness_event"}
    later = alert("a-2", audience=areas("kita"), sent=NOW + timedelta(hours=1))
    with closing(Ledger(shell.folder / "var" / "ledger.sqlite")) as ledger:
        accept(ledger, first)
        accept(ledger, Alert.model_validate({**later.model_dump(), **invitation}))
        silent = report("t-1", received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device")
        ledger.deliveries.record([silent])
        ledger.presences.record([presence("t-1", speaker=Speaker.FAILED, software="1.2.0")], NOW)
    return ["a-1", "a-2"]


def households(ledger: Ledger) -> list[str]:
    return [terminal.household for terminal in ledger.terminals.all()]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), [1, 0]),
        (("--limit", "1"), [1]),
        (("--category", "scam"), [0]),
        (("--words", "電話"), [0]),
        (("--outcome", "silent"), [0]),
        (("--since", "2026-01-01", "--until", "2026-01-02"), []),
        (("--area", "kita"), [1, 0]),
        (("--terminal", "nobody"), []),
    ],
    ids=str,
)
def test_the_log_is_searched(shell: Shell, alerts: list[str], options: tuple[str, ...], found: list[int]) -> None:
    listed = shell.quick("log", *options, "--json").json
    assert [entry["identifier"] for entry in listed] == [alerts[number] for number in found]
    if not found:
        assert shell.quick("log", *options).out == "no alert is like that\n"


def test_the_list_and_the_deliveries_are_tables_that_excel_opens(
    shell: Shell, alerts: list[str], ledger: Ledger
) -> None:
    listed = list(csv.DictReader(io.StringIO(shell.quick("log", "--csv").out.removeprefix("\ufeff"))))
    assert [row["headline"] for row in listed] == ["相談会", "'=1+1 不審な電話"]
    before = len(ledger.audit.wanted(Wanted(deed=Deed.LOG_EXPORTED), 99))
    out = shell.quick("log", alerts[0], "--csv").out
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert {row["世帯名"] for row in rows} == set(households(ledger))
    everything = shell.quick("log", "--deliveries", "--json").json
    assert {each["alert"] for each in everything} == set(alerts)
    entries = ledger.audit.wanted(Wanted(deed=Deed.LOG_EXPORTED), 99)
    assert [(entry.actor, entry.subject, entry.detail) for entry in entries[: len(entries) - before]] == [
        (SHELL, "", f"json {len(everything)}"),
        (SHELL, alerts[0], f"csv {len(rows)}"),
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--csv", "--json"), "cannot be had at once"),
        (("--deliveries",), "--deliveries needs --csv or --json"),
        (("--since", "yesterday"), "does not match the format"),
        (("--outcome", "lost"), "is not one of"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(shell: Shell, options: tuple[str, ...], says: str) -> None:
    done = shell.run("log", *options)
    assert (done.code, says in done.err) == (2, True), done.err


@dataclass(frozen=True)
class Copy:
    """What the command says of the copy."""

    file: Path
    metadata: Path
    deliveries: int
    command: str


@pytest.fixture
def copy(shell: Shell, alerts: list[str], tmp_path: Path) -> Copy:
    assert alerts
    shell.quick("log", "--datasette", str(tmp_path / "copy"))
    said = shell.quick("log", "--datasette", str(tmp_path / "copy"), "--json").json
    return Copy(Path(said["copy"]), Path(said["metadata"]), said["deliveries"], said["command"])


def test_nothing_personal_and_no_secret_is_in_the_copy(copy: Copy, ledger: Ledger) -> None:
    assert copy.file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in copy.file.parent.iterdir()) == ["log.db", "metadata.json"]
    content = copy.file.read_bytes()
    for word in (*households(ledger), *ledger.terminals.password_hashes().values()):
        assert word.encode() not in content
    with closing(sqlite3.connect(copy.file)) as db:
        tables = " ".join(str(row[0]) for row in db.execute("SELECT sql FROM sqlite_master"))
    assert "CREATE TABLE deliveries" in tables
    assert not [word for word in SECRETS.split() if word in tables]


async def test_a_real_datasette_shows_the_copy_and_writes_nothing(copy: Copy) -> None:
    from datasette.app import Datasette  # half a second, for every process that only collects the tests

    assert copy.command.startswith(f"datasette serve --immutable {copy.file} --metadata {copy.metadata}")
    metadata = json.loads(await asyncio.to_thread(copy.metadata.read_text))
    datasette = Datasette([], immutables=[str(copy.file)], metadata=metadata)
    await datasette.invoke_startup()
    tables = ("alerts", "deliveries?_facet=outcome", "terminals", "presence_changes")
    for path in ("/", "/log", *(f"/log/{table}" for table in tables)):
        assert (await datasette.client.get(path)).status_code == 200, path
    found = {}
    for query in ("reach", "unreached", "silent", "areas", "breaks"):
        answer = await datasette.client.get(f"/log/{query}.json?since=2026-01-01&_shape=objects")
        assert answer.status_code == 200, answer.text
        found[query] = answer.json()["rows"]
    assert [(row["headline"], row["addressed"]) for row in found["reach"]] == [("相談会", 2), ("=1+1 不審な電話", 3)]
    [silent] = found["silent"]
    assert (silent["terminal"], silent["reason"], silent["times"]) == ("t-1", "no device", 1)
    assert sum(row["not_received"] for row in found["unreached"]) == copy.deliveries - 1 == 4
    assert (await datasette.client.get("/log.json?sql=delete+from+alerts")).status_code == 400


def test_a_copy_that_cannot_be_written_leaves_the_former_one(shell: Shell, alerts: list[str], tmp_path: Path) -> None:
    assert alerts
    shell.quick("log", "--datasette", str(tmp_path))
    former = (tmp_path / "log.db").read_bytes()
    (tmp_path / "log.db.part").mkdir()
    done = shell.run("log", "--datasette", str(tmp_path))
    assert done.code == 1
    assert "Traceback" not in done.err
    assert (tmp_path / "log.db").read_bytes() == former
