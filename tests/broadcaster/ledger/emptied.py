"""A database on a server, empty for each test."""

from pathlib import Path

from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Server
from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from tests.postgresql import Cluster

# What every table holds goes, whatever forbids or follows it, and numbers begin anew.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND left(tablename, 7) <> 'ledger_' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
END $$
"""


class Emptied:
    """A database with the ledger's tables that each test finds empty: quicker than one for each."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster = cluster
        self.database = cluster.make("contract")
        Ledger(self._at(folder)).close()
        # One that knows all tables already: to learn of them takes longer than the rest.
        self._connection = PostgresqlDatabase(self._at(folder).url)

    def at(self, folder: Path) -> Server:
        """Empty it, and return where it is."""
        self._connection.run(_EMPTY)
        return self._at(folder)

    def close(self) -> None:
        self._connection.close()

    def _at(self, folder: Path) -> Server:
        return self._cluster.server(self.database, folder)
