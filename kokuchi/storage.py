"""What a store needs of its database, whichever it is: SQLite in a file (kokuchi.database), PostgreSQL on a server.

StorageFailure           a server that did not do what it was asked
    StorageUnwritable    it is away, full or takes nothing now; the same may succeed later
    StorageConflict      what was to be written contradicts what is there

SQLite's own errors say the same of a file: the tuples below are what a store's callers wait for.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol


class StorageFailure(Exception):  # noqa: N818 - reads as what it says
    """A database that did not do what it was asked; the message says why."""


class Hindrance(StrEnum):
    """Why a server takes nothing for the moment. BUSY: another one writes for too long."""

    AWAY = "away"
    FULL = "full"
    READ_ONLY = "read_only"
    BUSY = "busy"


class StorageUnwritable(StorageFailure):
    """A database that takes nothing for the moment; `hindrance` says why."""

    def __init__(self, message: str, hindrance: Hindrance) -> None:
        super().__init__(message)
        self.hindrance = hindrance


class StorageConflict(StorageFailure):
    """Something that is there already, or that the database refuses to keep."""


class DatabaseUnusable(Exception):  # noqa: N818 - reads as what it says
    """A database that cannot be opened or written; the message says which and what to do."""


FAILED = (sqlite3.Error, StorageFailure)
"""Whatever goes wrong with a database."""

UNWRITABLE = (sqlite3.OperationalError, StorageUnwritable)
"""Nothing was written, and it may be later."""

CONFLICT = (sqlite3.IntegrityError, StorageConflict)
"""What was to be written contradicts what is there."""


class Row(Protocol):
    """A row, read by the names of its columns or by their places."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def keys(self) -> Sequence[str]:
        """Return the names of the columns."""


class Cursor(Protocol):
    """What a statement has found or changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A connection. Parameters are written ?, ?1 or :name, as SQLite has them."""

    def execute(self, sql: str, parameters: Any = None) -> Cursor:
        """Run a statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object] | Mapping[str, object]]) -> None:
        """Run a statement for each of the rows."""

    def unanswered(self) -> AbstractContextManager[None]:
        """Let the statements of a block be run one after the other, and nobody wait for what they have to say."""

    def pieces(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Sequence[Any]]]:
        """Yield all rows of a table, some thousand at a time, within a transaction."""

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table; what it numbers by itself goes on after them."""

    def use_function(self, name: str, arguments: int, function: Callable[..., str | bool]) -> None:
        """Let statements of this connection call a function; a server has its own of that name."""


class Storage(Protocol):
    """A migrated database. `read` and `write` may be used from any thread."""

    @property
    def folder(self) -> Path:
        """The folder on this machine whose disk must not get full."""

    @property
    def log_bytes(self) -> int | None:
        """How much on this machine waits to be moved into the database; None if nobody knows."""

    @property
    def file(self) -> Path | None:
        """The file that it is, None for a database on a server."""

    def read(self) -> Database:
        """Return this thread's connection."""

    def write(self) -> AbstractContextManager[Database]:
        """Open a transaction that is committed to disk at the end of the block, or undone by an error.

        Writers come one after the other: what a transaction has read still stands when it writes.
        """

    def snapshot(self) -> AbstractContextManager[Database]:
        """Read the database as it is in one moment, until the end of the block; writers do not wait for it."""

    def version(self) -> int:
        """Return a number that changes when another connection or process has written."""

    def faults(self) -> list[str]:
        """Look through the whole database, as far as it can be done while it is in use; return what is wrong."""

    def columns(self) -> Mapping[str, frozenset[str]]:
        """Return the names of every table's columns."""

    def overwrite_what_goes(self) -> None:
        """Let what this thread removes from now on be found nowhere in the file."""

    def give_space_back(self, pause: Callable[[], None]) -> None:
        """Give back what has become free, with a pause after each piece."""

    def close(self) -> None:
        """Close this thread's connection and let go of the others'."""
