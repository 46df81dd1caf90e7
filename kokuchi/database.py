"""How both ends keep rows: SQLite in WAL mode with synchronous FULL, a connection for each thread."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from kokuchi import tables
from kokuchi.storage import DatabaseUnusable, Storage
from kokuchi.tables import Migrations

BUSY_TIMEOUT_SECONDS = 10
_VACUUM_PAGES = 250
"""Those of a transaction: a megabyte, for which nobody waits long."""
_PIECE = 5000

__all__ = ["BUSY_TIMEOUT_SECONDS", "Connections", "Database", "DatabaseUnusable", "sqlite_of"]


class Database(tables.Database):
    """One connection to a file."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object] | Mapping[str, object]]) -> None:
        """Run a statement for each of the rows."""
        self.conn.executemany(sql, rows)

    def unanswered(self) -> AbstractContextManager[None]:
        """Let the statements of a block be run one after the other, and nobody wait for what they have to say."""
        return nullcontext()

    def pieces(self, table: str, columns: Sequence[str]) -> Iterator[list[Sequence[Any]]]:
        """Yield all rows of a table, some thousand at a time, within a transaction."""
        # The names are those of a database's own tables.
        cursor = self.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
        while rows := cursor.fetchmany(_PIECE):
            yield rows

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table; what it numbers by itself goes on after them."""
        places = ", ".join("?" * len(columns))
        self.conn.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", map(tuple, rows))  # noqa: S608

    def use_function(self, name: str, arguments: int, function: Callable[..., str | bool]) -> None:
        """Let statements of this connection call a function, which must return the same for the same arguments."""
        self.conn.create_function(name, arguments, function, deterministic=True)


class _Connection(sqlite3.Connection):
    """A connection that is closed when nobody holds it any more.

    To close it while another thread is in the midst of a query would crash the interpreter.
    """

    def __del__(self) -> None:
        # One that could not be opened cannot be closed.
        with suppress(sqlite3.ProgrammingError):
            self.close()


class Connections:
    """A migrated database. `read` and `write` may be used from any thread; rows come back as `sqlite3.Row`.

    `refuses_newer` is for what an older version must not write to: it would not know what a newer one has decided.
    """

    def __init__(
        self,
        path: Path,
        migrations: Migrations,
        on_commit: Callable[[], None] = lambda: None,
        *,
        refuses_newer: bool = False,
    ) -> None:
        self.path = path
        self._on_commit = on_commit
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database = self.read()
            if not database.execute("PRAGMA page_count").fetchone()[0]:
                # It counts for a new file only, and would write to an old one. What becomes free can be given back.
                database.execute("PRAGMA auto_vacuum=INCREMENTAL")
            _use_write_ahead_log(database)
            if refuses_newer:
                _refuse_newer(path, migrations, database)
            if migrations.pending(database):
                # One transaction: of two processes that are the first in the same moment, one makes the tables.
                with self.write():
                    migrations.apply(database)
        except DatabaseUnusable:
            self.close()
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            self.close()
            raise DatabaseUnusable(f"{path}: cannot be used as a database: {_advice(error)}") from error

    def read(self) -> Database:
        """Return this thread's connection."""
        database: Database | None = getattr(self._local, "database", None)
        if database is None:
            # Only its end crosses threads: whoever lets go of it last closes it.
            connection = sqlite3.connect(
                self.path,
                timeout=BUSY_TIMEOUT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            database = Database(connection)
            self._local.database = database
        return database

    @contextmanager
    def write(self) -> Iterator[Database]:
        """Open a transaction that is committed to disk at the end of the block, or undone by an error."""
        database = self.read()
        # IMMEDIATE: a transaction that reads first and writes later would fail when another one has written between.
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
            database.execute("COMMIT")
        except BaseException:
            if database.conn.in_transaction:
                database.execute("ROLLBACK")
            raise
        self._on_commit()

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Read the database as it is in one moment, until the end of the block; writers do not wait for it."""
        database = self.read()
        database.execute("BEGIN")
        try:
            # The moment is that of the first read.
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield database
        finally:
            database.execute("ROLLBACK")

    @property
    def file(self) -> Path:
        """The file that it is."""
        return self.path

    @property
    def folder(self) -> Path:
        """The folder on this machine whose disk must not get full."""
        return self.path.parent

    @property
    def log_bytes(self) -> int | None:
        """How large the write-ahead log is; None if there is none."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except OSError:
            return None

    def version(self) -> int:
        """Return a number that changes when another connection or process has written."""
        return int(self.read().execute("PRAGMA data_version").fetchone()[0])

    def faults(self) -> list[str]:
        """Let SQLite look through the whole database, which takes seconds in a large one; return what is wrong."""
        return [row[0] for row in self.read().execute("PRAGMA quick_check(3)").fetchall() if row[0] != "ok"]

    def columns(self) -> Mapping[str, frozenset[str]]:
        """Return the names of every table's columns."""
        found: dict[str, set[str]] = {}
        for row in self.read().execute(
            "SELECT t.name AS owner, c.name AS name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c"
            " WHERE t.type = 'table'"
        ):
            found.setdefault(row["owner"], set()).add(row["name"])
        return {table: frozenset(names) for table, names in found.items()}

    def overwrite_what_goes(self) -> None:
        """Let what this thread removes from now on be found nowhere in the file."""
        self.read().execute("PRAGMA secure_delete=ON")

    def give_space_back(self, pause: Callable[[], None]) -> None:
        """Shorten the file by what has become free; one of an earlier version keeps its length, and fills it."""
        database = self.read()
        while free := database.execute("PRAGMA freelist_count").fetchone()[0]:
            # It has a step for each page and no columns, so `execute` would end it after the first page.
            database.conn.executescript(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})")
            if database.execute("PRAGMA freelist_count").fetchone()[0] == free:
                return
            pause()

    def close(self) -> None:
        """Close this thread's connection and let go of the others'; a query that still runs in one ends first."""
        database: Database | None = getattr(self._local, "database", None)
        if database is not None:
            database.conn.close()
        self._local = threading.local()


def sqlite_of(storage: Storage) -> Connections:
    """Return the SQLite that a storage is, for what no other database does; raises TypeError if it is another."""
    if not isinstance(storage, Connections):
        raise TypeError(f"{type(storage).__name__} is no file")
    return storage


def _refuse_newer(path: Path, migrations: Migrations, database: Database) -> None:
    known = {step.name for step in migrations.pending(Database(memory=True))}
    strange = [step.name for step in migrations.applied(database) if step.name not in known]
    if strange:
        raise DatabaseUnusable(
            f"{path}: was changed by a newer version of kokuchi ({', '.join(strange)}), and this one would not"
            " know what that one has decided; use the newer one, or put back the copy from before it (docs/install.md)"
        )


def _use_write_ahead_log(database: Database) -> None:
    """Change the journal's mode, for which SQLite does not wait when another one opens or closes in the same moment."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _advice(error: Exception) -> str:
    text = str(error)
    if "not a database" in text:
        return "the file is something else or is damaged; move it away or restore a backup"
    if "unable to open" in text or isinstance(error, OSError):
        return f"{text}; check that the folder exists and may be written"
    if "readonly" in text:
        return "it is read-only; check the rights of the file and its folder"
    if "locked" in text:
        return f"{text}: another process writes to it for too long; try again, or end that one"
    if "disk" in text:
        return f"{text}; see with `df` whether there is room"
    return text
