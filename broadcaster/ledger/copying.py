"""A whole ledger from one database into another: from a file to a server, or back."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from broadcaster.ledger.ledger import Ledger
from broadcaster.ledger.places import Place
from kokuchi.storage import Database

_FIRST = ("terminals", "alerts", "accounts", "api_tokens")
"""What other tables refer to."""

_SUMS = "alert_reach"
"""What the database counts by itself; that both have counted the same is part of the check."""

_OF_THE_DATABASE = ("sqlite_", "_sqlite_", "ledger_")


class LedgerNotCopied(Exception):  # noqa: N818 - reads as what it says
    """A ledger that was not copied; nothing of it is in the other place. The message says why and what to do."""


def copy_ledger(source: Ledger, target: Ledger) -> dict[str, int]:
    """Copy all rows into an empty ledger in one transaction, compare, and return how many rows each table has.

    Raises LedgerNotCopied, and then the target is as empty as it was.
    """
    tables = _tables(source)
    if tables != _tables(target):
        raise LedgerNotCopied(
            f"{target.place}: has other tables than {source.place}; use one version of kokuchi for both"
        )
    version = source.data_version()
    with target.connections.write() as into:
        with source.connections.snapshot() as held:
            counts = _copy(held, into, tables, target.place)
        if source.data_version() != version:
            raise LedgerNotCopied(f"{source.place}: was written meanwhile; stop the centre and copy it again")
    return counts


@contextmanager
def as_file(ledger: Ledger) -> Iterator[Path]:
    """Return the file that a ledger is, or for the length of a block one that holds what is on its server now."""
    if ledger.connections.file is not None:
        yield ledger.connections.file
        return
    with tempfile.TemporaryDirectory(dir=ledger.connections.folder, prefix=".ledger-as-file-") as folder:
        copied = Ledger(Path(folder) / "ledger.sqlite")
        try:
            with copied.connections.write() as into, ledger.connections.snapshot() as held:
                _copy(held, into, _tables(ledger), copied.place)
        finally:
            copied.close()
        yield Path(folder) / "ledger.sqlite"


def _copy(held: Database, into: Database, tables: Mapping[str, tuple[str, ...]], target: Place) -> dict[str, int]:
    if full := [table for table in tables if _count(into, table)]:
        raise LedgerNotCopied(f"{target}: holds a ledger already ({full[0]} has rows); name an empty one")
    for table in sorted(tables, key=lambda name: (name not in _FIRST, name)):
        if table != _SUMS:
            into.fill(table, tables[table], _rows(held, table, tables[table]))
    counts = {table: _count(held, table) for table in tables}
    if differing := [table for table, count in counts.items() if _count(into, table) != count]:
        raise LedgerNotCopied(f"{', '.join(differing)}: not all rows have arrived; nothing was kept, try again")
    if _sums(held, tables[_SUMS]) != _sums(into, tables[_SUMS]):
        raise LedgerNotCopied(f"{_SUMS}: both count the deliveries differently; nothing was kept, report this")
    return counts


def _tables(ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
    return {
        table: tuple(sorted(columns))
        for table, columns in sorted(ledger.connections.columns().items())
        if not table.startswith(_OF_THE_DATABASE)
    }


def _rows(database: Database, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
    for piece in database.pieces(table, columns):
        yield from piece


def _count(database: Database, table: str) -> int:
    # The names come from the database itself.
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _sums(database: Database, columns: Sequence[str]) -> list[int]:
    listed = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
    return list(database.execute(f"SELECT {listed} FROM {_SUMS}").fetchone())  # noqa: S608
