"""How both ends keep rows."""

import resource
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from kokuchi.database import Connections, DatabaseUnusable

steps = Migrations("example")


@steps()
def m001_numbers(db: Database) -> None:
    db.execute("CREATE TABLE numbers (n INTEGER UNIQUE)")


@pytest.fixture
def commits() -> list[str]:
    return []


@pytest.fixture
def connections(tmp_path: Path, commits: list[str]) -> Iterator[Connections]:
    opened = Connections(tmp_path / "deep" / "folder" / "example.sqlite", steps, lambda: commits.append("commit"))
    commits.clear()
    yield opened
    opened.close()


def numbers(connections: Connections) -> list[int]:
    return [row["n"] for row in connections.read().execute("SELECT n FROM numbers ORDER BY n")]


def insert(connections: Connections, number: int) -> None:
    with connections.write() as db:
        db.execute("INSERT INTO numbers VALUES (?)", [number])


def test_a_block_is_committed_and_announced(connections: Connections, commits: list[str]) -> None:
    insert(connections, 1)
    assert numbers(connections) == [1]
    assert commits == ["commit"]


def insert_two(connections: Connections, one: int, other: int) -> None:
    with connections.write() as db:
        db.execute("INSERT INTO numbers VALUES (?)", [one])
        db.execute("INSERT INTO numbers VALUES (?)", [other])


def test_a_block_that_fails_is_undone_and_not_announced(connections: Connections, commits: list[str]) -> None:
    insert(connections, 1)
    with pytest.raises(sqlite3.IntegrityError):
        insert_two(connections, 2, 1)
    assert numbers(connections) == [1]
    assert commits == ["commit"]
    insert(connections, 3)
    assert numbers(connections) == [1, 3]


def test_many_threads_write_and_none_is_told_that_the_database_is_locked(connections: Connections) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: insert(connections, number), range(100)))
    assert numbers(connections) == list(range(100))


def test_each_thread_has_its_own_connection(connections: Connections) -> None:
    found: list[Database] = []
    thread = threading.Thread(target=lambda: found.append(connections.read()))
    thread.start()
    thread.join()
    assert found[0] is not connections.read()
    assert connections.read() is connections.read()


def test_what_is_not_committed_yet_is_not_seen_by_others(connections: Connections) -> None:
    with connections.write() as db, ThreadPoolExecutor(1) as thread:
        db.execute("INSERT INTO numbers VALUES (1)")
        assert thread.submit(numbers, connections).result() == []
    assert numbers(connections) == [1]


def test_a_database_that_is_locked_for_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kokuchi.database.BUSY_TIMEOUT_SECONDS", 0.05)
    one, other = (Connections(tmp_path / "example.sqlite", steps) for _ in range(2))
    with one.write(), pytest.raises(sqlite3.OperationalError, match="locked"), other.write():
        pass
    insert(other, 1)
    one.close()
    other.close()


def test_a_database_that_another_process_keeps_to_itself_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kokuchi.database.BUSY_TIMEOUT_SECONDS", 0.05)
    path = tmp_path / "example.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnusable, match="another process writes to it for too long; try again"):
            Connections(path, steps)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = Migrations("example")

    @broken()
    def m001_good(db: Database) -> None:
        db.execute("CREATE TABLE good (n INTEGER)")

    @broken()
    def m002_bad(db: Database) -> None:
        db.execute("CREATE TABLE half (n INTEGER)")
        db.execute("CREATE TABLE good (n INTEGER)")

    path = tmp_path / "example.sqlite"
    with pytest.raises(DatabaseUnusable, match="table good already exists"):
        Connections(path, broken)
    repaired = Connections(path, Migrations("other"))
    assert "half" not in repaired.read().table_names()
    repaired.close()


def test_a_query_that_runs_in_another_thread_while_all_is_closed_ends_well(connections: Connections) -> None:
    """The interpreter used to crash: a worker thread outlives the task that was cancelled."""
    count = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60000) SELECT x FROM n"
    begun = threading.Event()

    def read() -> int:
        cursor = connections.read().execute(count)
        begun.set()
        return len(cursor.fetchall())

    with ThreadPoolExecutor(3) as threads:
        for _ in range(6):
            readers = [threads.submit(read) for _ in range(3)]
            begun.wait()
            connections.close()
            assert [reader.result() for reader in readers] == [60_000] * 3
            begun.clear()


def test_a_disk_that_takes_no_more_is_told_with_where_to_look(tmp_path: Path) -> None:
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, usual[1]))
    try:
        with pytest.raises(DatabaseUnusable, match="see with `df` whether there is room"):
            Connections(tmp_path / "example.sqlite", steps)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
