"""The two kinds of databases, where a test has to tell them apart."""

import pytest

from broadcaster.ledger import Ledger

only_in_a_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)

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


def empty(ledger: Ledger) -> None:
    """Empty a ledger on a server for the next test."""
    ledger.connections.read().execute(_EMPTY)
