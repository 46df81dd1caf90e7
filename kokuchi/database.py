"""How both ends keep rows: SQLite in WAL mode with synchronous FULL, a connection for each thread."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database, Migrations

BUSY_TIMEOUT_SECONDS = 10


class DatabaseUnusable(Exception):  # noqa: N818 - reads as what it says
    """A database file that cannot be opened or written; the message says which and what to do."""


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
                # Only a new file can be one from which what becomes free is given back; any other would be written to.
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

    def close(self) -> None:
        """Close this thread's connection and let go of the others'; a query that still runs in one ends first."""
        database: Database | None = getattr(self._local, "database", None)
        if database is not None:
            database.conn.close()
        self._local = threading.local()


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
    return text
