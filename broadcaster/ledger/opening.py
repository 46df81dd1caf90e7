"""Opens the database that a ledger is kept in."""

from collections.abc import Callable
from importlib.util import find_spec

from broadcaster.ledger.merging import Merging, merge_one_by_one
from broadcaster.ledger.migrations import migrations
from broadcaster.ledger.places import Place, Server
from kokuchi.database import Connections
from kokuchi.storage import DatabaseUnusable, Storage


def open_storage(place: Place, on_commit: Callable[[], None]) -> tuple[Storage, Merging]:
    """Return the database at a place, made or brought up to date, and how it merges; raises DatabaseUnusable."""
    if not isinstance(place, Server):
        return Connections(place, migrations, on_commit, refuses_newer=True), merge_one_by_one
    need_driver(place)
    # A town with a file has no psycopg.
    from broadcaster.ledger.postgresql.reports import merge_at_once
    from broadcaster.ledger.postgresql.storage import PostgresqlStorage

    return PostgresqlStorage(place, on_commit), merge_at_once


def need_driver(server: Server) -> None:
    """Raise DatabaseUnusable where nothing is installed that speaks to a server."""
    if find_spec("psycopg") is None:
        raise DatabaseUnusable(f"{server}: needs psycopg; install it with: pip install 'kokuchi[postgresql]'")
