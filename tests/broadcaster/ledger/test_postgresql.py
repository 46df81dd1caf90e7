"""What only a server can get wrong. That it keeps what a file keeps is in the other tests of this folder."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from broadcaster.domain.delivery import Reach
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.alert_search import _folded
from broadcaster.ledger.migrations import migrations
from broadcaster.ledger.places import Place, Server
from broadcaster.ledger.postgresql import storage
from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from broadcaster.ledger.postgresql.schema import steps
from broadcaster.ledger.postgresql.statements import translated
from broadcaster.ledger.postgresql.storage import unfit
from kokuchi.database import sqlite_of
from kokuchi.storage import DatabaseUnusable, Hindrance, StorageConflict, StorageUnwritable
from tests.broadcaster.examples import NOW, ROSTER, accept, alert, report
from tests.broadcaster.ledger.emptied import Emptied
from tests.postgresql import Cluster

_KINDS = {"TEXT": "text", "INTEGER": "bigint", "BLOB": "bytea"}


@pytest.fixture
def place(emptied: Emptied, tmp_path: Path) -> Place:
    return emptied.at(tmp_path)


def database(ledger: Ledger) -> PostgresqlDatabase:
    found = ledger.connections.read()
    assert isinstance(found, PostgresqlDatabase)
    return found


def test_both_databases_have_the_same_columns_and_indexes(ledger: Ledger, tmp_path: Path) -> None:
    file = Ledger(tmp_path / "ledger.sqlite")
    there = (
        sqlite_of(file.connections)
        .read()
        .execute(
            'SELECT t.name, c.name, c.type, c."notnull" OR c.pk > 0, c.dflt_value'
            " FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view')"
            " AND t.name NOT LIKE '%sqlite_%'"
        )
    )
    expected = {(row[0], row[1]): (_KINDS[row[2]], bool(row[3]), row[4]) for row in there}
    here = ledger.connections.read().execute(
        "SELECT c.table_name, c.column_name, c.data_type, c.is_nullable = 'NO', c.column_default"
        " FROM information_schema.columns AS c WHERE table_schema = 'public' AND left(table_name, 7) <> 'ledger_'"
    )
    found = {(row[0], row[1]): (row[2], row[3], row[4] and row[4].removesuffix("::text")) for row in here}
    views = {"held_alerts", "locked_drafts"}
    assert {key: value for key, value in found.items() if key[0] not in views} == {
        key: value for key, value in expected.items() if key[0] not in views
    }
    assert set(found) == set(expected)
    indexes = {row[0] for row in file.connections.read().execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    ours = {name for name in indexes if "sqlite_" not in name}
    assert ours <= {row[0] for row in ledger.connections.read().execute("SELECT indexname FROM pg_indexes")}
    file.close()


def test_the_newest_step_is_that_of_a_file(ledger: Ledger, tmp_path: Path) -> None:
    file = Ledger(tmp_path / "ledger.sqlite")
    applied = [step.name for step in migrations.applied(sqlite_of(file.connections).read())]
    file.close()
    assert list(steps())[-1] == applied[-1], "a step for a file needs one of its name for a server"
    rows = ledger.connections.read().execute("SELECT name FROM ledger_steps ORDER BY name")
    assert [row["name"] for row in rows] == sorted(steps())


def test_a_database_that_a_newer_version_has_changed_is_refused(ledger: Ledger) -> None:
    database(ledger).run("INSERT INTO ledger_steps (name) VALUES ('m999_what_is_to_come')")
    try:
        with pytest.raises(DatabaseUnusable, match=r"a newer version of kokuchi \(m999_what_is_to_come\)"):
            Ledger(ledger.place)
    finally:
        database(ledger).run("DELETE FROM ledger_steps WHERE name LIKE 'm999%'")


def test_many_who_open_a_new_database_in_the_same_moment_all_get_it(postgresql: Cluster, tmp_path: Path) -> None:
    place = postgresql.server(postgresql.make("opened_by_many"), tmp_path)
    together = threading.Barrier(4)

    def open_ledger(_number: int) -> int:
        together.wait()
        opened = Ledger(place)
        try:
            return opened.alerts.count()
        finally:
            opened.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_ledger, range(4))) == [0] * 4


def test_whoever_had_left_service_in_an_earlier_version_is_not_missing(
    postgresql: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = postgresql.server(postgresql.make("before_m032"), tmp_path)
    earlier = {name: step for name, step in steps().items() if name < "m032_out_of_service"}
    with monkeypatch.context() as patched:
        patched.setattr(storage, "steps", lambda: earlier)
        before = Ledger(place)
    with closing(before):
        before.terminals.add((terminal, "hash") for terminal in ROSTER)
        row = accept(before, alert()).row
        before.deliveries.record([report("t-1", received_at=NOW)])
        before.service.step(Step.RETIRE, ["t-1", "t-2"], "hanako", NOW)
    with closing(Ledger(place)) as now:
        assert now.deliveries.reach([row]) == {row: Reach(addressed=3, received=1, missing=1, out_of_service=1)}
        now.service.step(Step.SUSPEND, ["t-3"], "hanako", NOW)
        assert now.deliveries.reach([row])[row].out_of_service == 2


def test_a_connection_that_the_server_has_ended_is_made_anew(
    ledger: Ledger, postgresql: Cluster, emptied: Emptied
) -> None:
    """Between two transactions nobody notices; a transaction in which it happens has written nothing."""
    accept(ledger, alert("a-1"))
    postgresql.end_connections(emptied.database)
    assert ledger.alerts.count() == 1
    postgresql.end_connections(emptied.database)
    accept(ledger, alert("a-2"))

    def write_twice() -> None:
        with ledger.connections.write() as db:
            db.execute("UPDATE alerts SET category = 'lost'")
            postgresql.end_connections(emptied.database)
            db.execute("UPDATE alerts SET category = 'lost'")

    with pytest.raises(StorageUnwritable) as caught:
        write_twice()
    assert caught.value.hindrance is Hindrance.AWAY
    rows = ledger.connections.read().execute("SELECT DISTINCT category FROM alerts")
    assert [row["category"] for row in rows] == ["scam"]


def test_a_writer_waits_for_another_one_and_not_for_ever(ledger: Ledger) -> None:
    other = Ledger(ledger.place)
    database(other).run("SET lock_timeout = '50ms'")
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET household = household")
        with pytest.raises(StorageUnwritable) as caught:
            accept(other, alert())
    assert caught.value.hindrance is Hindrance.BUSY
    accept(other, alert())
    other.close()


def test_a_transaction_that_has_written_nothing_wakes_nobody(ledger: Ledger) -> None:
    version = ledger.data_version()
    with ledger.connections.write() as db:
        db.execute("DELETE FROM outbox WHERE id < 0")
    assert ledger.data_version() == version
    accept(ledger, alert())
    assert ledger.data_version() > version


def test_a_commit_is_on_the_disk_before_it_is_answered(ledger: Ledger) -> None:
    [row] = database(ledger).execute("SHOW synchronous_commit")
    assert row[0] == "on"


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("version", 140009, "PostgreSQL 15 or later is needed"),
        ("encoding", "SQL_ASCII", "ENCODING 'UTF8'"),
        ("schema", None, "owner of the database"),
        ("fsync", "off", "fsync = off, and would lose reports"),
        ("full_page_writes", "off", "full_page_writes = off, and would lose reports"),
    ],
)
def test_a_server_that_promises_less_is_refused(setting: str, value: object, words: str) -> None:
    fit: dict[str, Any] = {
        "version": 150000,
        "encoding": "UTF8",
        "schema": "public",
        "fsync": "on",
        "full_page_writes": "on",
    }
    assert unfit(fit) == ""
    assert words in unfit({**fit, setting: value})


def test_an_error_quotes_nothing_of_a_row(ledger: Ledger) -> None:
    """PostgreSQL's own message has the whole row in it, with the household's name."""
    with pytest.raises(StorageConflict) as caught, ledger.connections.write() as db:
        db.execute("UPDATE terminals SET kind = 'spaceship' WHERE terminal = 't-1'")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "見本" not in str(caught.value)


def test_a_server_that_is_not_there_is_told_by_its_address(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"postgresql:///none\?host=/nowhere: cannot be used"):
        Ledger(Server("postgresql:///none?host=/nowhere", tmp_path))


@pytest.mark.parametrize("text", ["見本　花子", "ＡＢＣ ﾐﾎﾝ", "Straße Ünal", "t-1", "", "a\tb\nc", "髙﨑"])
def test_a_text_is_folded_as_python_folds_it(ledger: Ledger, text: str) -> None:
    [row] = ledger.connections.read().execute("SELECT folded(?) AS folded", [text])
    assert row["folded"].replace("ß", "ss") == _folded(text)


@pytest.mark.parametrize(
    ("sql", "text", "parameters", "values"),
    [
        ("a = ? AND b = ?", "a = $1 AND b = $2", ["x", True], ["x", "1"]),
        ("a = ?2 OR b = ?1 OR c = ?2", "a = $2 OR b = $1 OR c = $2", [1, None], [1, None]),
        ("a = :b OR c = :d OR e = :b", "a = $1 OR c = $2 OR e = $1", {"d": 1, "b": 2, "more": 3}, [2, 1]),
        ("'it''s :not ?' || ? || \"?\"", "'it''s :not ?' || $1 || \"?\"", ["a\0b"], ["a\ufffdb"]),
        ("x::text = ?", "x::text = $1", [Hindrance.AWAY], ["away"]),
    ],
)
def test_parameters_are_numbered_as_postgresql_wants_them(
    sql: str, text: str, parameters: Any, values: list[object]
) -> None:
    statement = translated(sql)
    assert statement.text == text
    assert statement.values(parameters) == values
    assert not re.search(r"\?$", statement.text)
