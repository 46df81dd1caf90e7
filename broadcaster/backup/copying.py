"""A copy of the ledger as it is in one moment, while the centre goes on writing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from broadcaster.backup.errors import BackupError

PAGES = 1024
"""So many pages (4 MB) are copied at a time; in between, others get the disk."""

PAUSE_SECONDS = 0.005


def copy_ledger(ledger: Path, copy: Path, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Copy a ledger to a file that does not exist yet, and check that what was copied is whole; raises BackupError.

    `progress` is told how many pages of how many are there. Writers are not held up: in WAL mode they never wait for a
    reader. The reader's transaction keeps the moment; without it, each write would make SQLite begin the copy anew.
    """
    if not ledger.is_file():
        raise BackupError(f"{ledger}: there is no ledger; is it another one than the settings name?")
    copy.touch(mode=0o600)
    try:
        with closing(_connect(ledger)) as source, closing(_connect(copy)) as target:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(
                target, pages=PAGES, sleep=PAUSE_SECONDS, progress=lambda _, left, pages: progress(pages - left, pages)
            )
            source.execute("COMMIT")
            # One file, which needs no others beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            check_whole(target, ledger)
    except sqlite3.Error as error:
        raise BackupError(f"{ledger}: cannot be copied: {error}") from error


def count_rows(copy: Path) -> dict[str, int]:
    """Return how many rows each table has."""
    with closing(_connect(copy)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        # The names come from the database itself.
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def check_whole(connection: sqlite3.Connection, ledger: Path) -> None:
    """Let SQLite read all of a database; raises BackupError if it is damaged."""
    [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupError(f"{ledger}: is damaged ({found}); keep it as it is and restore the last good backup")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=10, isolation_level=None)
