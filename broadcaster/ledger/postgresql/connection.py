"""One connection to PostgreSQL, with the interface that the stores use."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import RawCursor
from psycopg.adapt import Buffer, Loader

from broadcaster.ledger.postgresql.failures import failure_of
from broadcaster.ledger.postgresql.statements import kept, translated
from kokuchi.storage import StorageFailure

BUSY_TIMEOUT_SECONDS = 10

# Who has lost his power says nothing. Both sides ask after 10 s of silence, every 5 s, and give up after 4 times: the
# server too, or what a dead machine has locked would stay locked for two hours.
_KEEPALIVE = {"idle": 10, "interval": 5, "count": 4}
SILENCE_SECONDS = _KEEPALIVE["idle"] + _KEEPALIVE["interval"] * _KEEPALIVE["count"]
"""After so long without a word each side takes the other for dead."""

_PIECE = 5000

# A commit is on the disk before it is answered, whatever the server's own settings say. Compiling a query takes longer
# than any of ours does.
_SETTINGS = f"""
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s';
SET jit = off;
SET tcp_user_timeout = '{SILENCE_SECONDS}s';
{";".join(f"SET tcp_keepalives_{name} = {value}" for name, value in _KEEPALIVE.items())}
"""


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


class Row:
    """A row, read by the names of its columns or by their places."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: dict[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, key: str | int) -> Any:
        return self._values[self._places[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._places)


def _rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    names = [column.name for column in cursor.description or ()]
    # Of two columns with one name the first is meant, as in SQLite.
    places = {name: names.index(name) for name in names}
    return lambda values: Row(places, values)


class _Numeric(Loader):
    """Sums come as numeric, which would be a Decimal."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


class Connection(psycopg.Connection[Row]):
    """A connection that is closed when nobody holds it any more."""

    def __del__(self, *_: object) -> None:
        with suppress(Exception):
            self.close()


def connect(url: str) -> Connection:
    """Open a connection; raises psycopg.Error."""
    connection = Connection.connect(
        url,
        autocommit=True,
        row_factory=_rows,
        cursor_factory=RawCursor[Row],
        connect_timeout=BUSY_TIMEOUT_SECONDS,
        client_encoding="utf8",
        application_name="kokuchi",
        keepalives_idle=_KEEPALIVE["idle"],
        keepalives_interval=_KEEPALIVE["interval"],
        keepalives_count=_KEEPALIVE["count"],
        tcp_user_timeout=SILENCE_SECONDS * 1000,
    )
    connection.adapters.register_loader("numeric", _Numeric)
    connection.execute(_SETTINGS)
    return connection


class PostgresqlDatabase:
    """A thread's connection, made anew when the server has ended it between two transactions."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._in_transaction = False
        self.connection = self._connect()

    def execute(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] | None = None
    ) -> psycopg.Cursor[Row]:
        """Run a statement; raises StorageFailure."""
        statement = translated(sql)
        return self._run(statement.text, statement.values(parameters))

    def executemany(self, sql: str, rows: Iterable[Sequence[object] | Mapping[str, object]]) -> None:
        """Run a statement for each of the rows, without waiting for the answer to one before the next is sent."""
        statement = translated(sql)
        try:
            self.connection.cursor().executemany(statement.text, [statement.values(row) for row in rows])
        except psycopg.Error as error:
            raise failure_of(error) from None

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Send the statements of a block within a transaction, without waiting for the answer to one before the next.

        Raises StorageFailure at the end of the block.
        """
        try:
            with self.connection.pipeline():
                yield
        except psycopg.Error as error:
            raise failure_of(error) from None

    def pieces(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Sequence[Any]]]:
        """Yield all rows of a table, some thousand at a time, within a transaction."""
        # The names are those of the ledger's own tables.
        self.run(f"DECLARE ledger_piece NO SCROLL CURSOR FOR SELECT {_listed(columns)} FROM {table}")  # noqa: S608
        while rows := [tuple(row) for row in self.execute(f"FETCH {_PIECE} FROM ledger_piece")]:
            yield rows
        self.run("CLOSE ledger_piece")

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table; what it numbers by itself goes on after them."""
        try:
            with self.connection.cursor().copy(f"COPY {table} ({_listed(columns)}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row([kept(value) for value in row])
        except psycopg.Error as error:
            raise failure_of(error) from None
        numbered = self.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'YES'",
            [table],
        )
        for name in [row[0] for row in numbered]:
            self.execute(
                f"SELECT setval(pg_get_serial_sequence(?, ?), max({name})) FROM {table} HAVING max({name}) > 0",  # noqa: S608
                [table, name],
            )

    def use_function(self, name: str, arguments: int, function: Callable[..., str | bool]) -> None:
        """Do nothing: the database has its own (m025_functions.sql)."""

    def run(self, statements: str) -> None:
        """Run statements that have no parameters, as they are written."""
        self._run(statements, None)

    def begin_reading(self) -> None:
        """Open a transaction that sees one moment and writes nothing."""
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", None)
        self._in_transaction = True

    def begin(self) -> None:
        """Open a transaction, and wait until whoever writes has done so."""
        try:
            self._run("BEGIN; SELECT pg_advisory_xact_lock(hashtext('kokuchi'), hashtext(current_schema()))", None)
        except StorageFailure:
            self.roll_back()
            raise
        self._in_transaction = True

    def commit(self) -> None:
        """Commit to disk, and tell other processes if anything was written."""
        try:
            self._run(
                "UPDATE ledger_version SET number = number + 1 WHERE pg_current_xact_id_if_assigned() IS NOT NULL;"
                " COMMIT",
                None,
            )
        finally:
            self._in_transaction = False

    def roll_back(self) -> None:
        """Undo what was done since `begin`; a connection that is gone has undone it."""
        self._in_transaction = False
        with suppress(psycopg.Error):
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _run(self, text: str, values: Sequence[Any] | None) -> psycopg.Cursor[Row]:
        try:
            return self._executed(text, values)
        except psycopg.Error as error:
            if self._in_transaction or not self.connection.closed:
                raise failure_of(error) from None
        # The server was restarted since: outside a transaction nothing was done that could be done twice.
        self.connection = self._connect()
        try:
            return self._executed(text, values)
        except psycopg.Error as error:
            raise failure_of(error) from None

    def _executed(self, text: str, values: Sequence[Any] | None) -> psycopg.Cursor[Row]:
        # Several statements in one cannot be prepared.
        return self.connection.execute(text, values, prepare=None if values is not None else False)

    def _connect(self) -> Connection:
        try:
            return connect(self._url)
        except psycopg.Error as error:
            raise failure_of(error) from None
