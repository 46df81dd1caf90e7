"""The ledger's database on a PostgreSQL server: opened, brought up to date, and a connection for each thread."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from broadcaster.ledger.places import Server
from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from broadcaster.ledger.postgresql.schema import steps
from kokuchi.storage import DatabaseUnusable, StorageFailure

_OLDEST = 150000
"""Version 15, which Debian 12 has."""


class PostgresqlStorage:
    """A database that has the ledger's tables, which are made if there are none; raises DatabaseUnusable.

    Writers come one after the other, by a lock that a transaction holds to its end: as with a file, what it has read
    still stands when it writes.
    """

    def __init__(self, server: Server, on_commit: Callable[[], None] = lambda: None) -> None:
        self._server = server
        self._on_commit = on_commit
        self._local = threading.local()
        try:
            server.folder.mkdir(parents=True, exist_ok=True)
            self._check_server()
            self._apply_steps()
        except DatabaseUnusable:
            self.close()
            raise
        except (StorageFailure, OSError) as error:
            self.close()
            raise DatabaseUnusable(f"{server}: cannot be used as a database: {error}") from error

    @property
    def file(self) -> Path | None:
        """None: it is on a server."""
        return None

    @property
    def folder(self) -> Path:
        """The folder of the centre's other files."""
        return self._server.folder

    @property
    def log_bytes(self) -> int | None:
        """None: nothing of it is on this machine."""
        return None

    def read(self) -> PostgresqlDatabase:
        """Return this thread's connection."""
        database: PostgresqlDatabase | None = getattr(self._local, "database", None)
        if database is None:
            database = PostgresqlDatabase(self._server.url)
            self._local.database = database
        return database

    @contextmanager
    def write(self) -> Iterator[PostgresqlDatabase]:
        """Open a transaction that is committed to disk at the end of the block, or undone by an error."""
        database = self.read()
        database.begin()
        try:
            yield database
            database.commit()
        except BaseException:
            database.roll_back()
            raise
        self._on_commit()

    @contextmanager
    def snapshot(self) -> Iterator[PostgresqlDatabase]:
        """Read the database as it is in one moment, until the end of the block; writers do not wait for it."""
        database = self.read()
        database.begin_reading()
        try:
            yield database
        finally:
            database.roll_back()

    def version(self) -> int:
        """Return a number that rises with each transaction that has written."""
        return int(self.read().execute("SELECT number FROM ledger_version").fetchall()[0][0])

    def faults(self) -> list[str]:
        """Return what the server has found; it looks at each page that it reads, if its cluster has checksums."""
        row = self.read().execute(
            "SELECT coalesce(checksum_failures, 0) AS failures FROM pg_stat_database WHERE datname = current_database()"
        )
        failures = row.fetchall()[0]["failures"]
        return [f"PostgreSQL has found {failures} damaged pages in this database"] if failures else []

    def columns(self) -> Mapping[str, frozenset[str]]:
        """Return the names of every table's columns."""
        found: dict[str, set[str]] = {}
        for row in self.read().execute(
            "SELECT c.table_name AS owner, c.column_name AS name FROM information_schema.columns AS c"
            " JOIN information_schema.tables AS t USING (table_schema, table_name)"
            " WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
        ):
            found.setdefault(row["owner"], set()).add(row["name"])
        return {table: frozenset(names) for table, names in found.items()}

    def overwrite_what_goes(self) -> None:
        """Do nothing: a server overwrites what goes when it cleans up, and in its log later (docs/postgresql.md)."""

    def give_space_back(self, pause: Callable[[], None]) -> None:
        """Do nothing: the server's autovacuum does it."""

    def close(self) -> None:
        """Close this thread's connection and let go of the others'; a query that still runs in one ends first."""
        database: PostgresqlDatabase | None = getattr(self._local, "database", None)
        if database is not None:
            database.close()
        self._local = threading.local()

    def _check_server(self) -> None:
        row = (
            self.read()
            .execute(
                "SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') AS fsync,"
                " current_setting('full_page_writes') AS full_page_writes,"
                " current_setting('server_encoding') AS encoding, current_schema() AS schema"
            )
            .fetchall()[0]
        )
        if fault := unfit({name: row[name] for name in row.keys()}):  # noqa: SIM118 - a Row iterates over values
            raise DatabaseUnusable(f"{self._server}: {fault}")

    def _apply_steps(self) -> None:
        known = steps()
        with self.write() as database:
            # One transaction: of two processes that are the first in the same moment, one makes the tables.
            database.run(
                "CREATE TABLE IF NOT EXISTS ledger_steps"
                " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            applied = {row["name"] for row in database.execute("SELECT name FROM ledger_steps")}
            if strange := sorted(applied - set(known)):
                raise DatabaseUnusable(
                    f"{self._server}: was changed by a newer version of kokuchi ({', '.join(strange)}), and this one"
                    " would not know what that one has decided; use the newer one (docs/postgresql.md)"
                )
            for name, statements in known.items():
                if name not in applied:
                    database.run(statements)
                    database.execute("INSERT INTO ledger_steps (name) VALUES (?)", [name])


def unfit(server: Mapping[str, Any]) -> str:
    """Return why a server with these settings cannot keep a ledger, empty if it can."""
    if server["version"] < _OLDEST:
        return f"PostgreSQL {_OLDEST // 10000} or later is needed"
    if server["encoding"] != "UTF8":
        return "the database must be made with ENCODING 'UTF8'"
    if server["schema"] is None:
        return "this user has no schema; make it the owner of the database"
    for setting in ("fsync", "full_page_writes"):
        if server[setting] != "on":
            return (
                f"the server runs with {setting} = off, and would lose reports of which terminals were told that they"
                " are kept; switch it on"
            )
    return ""
