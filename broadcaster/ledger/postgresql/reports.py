"""A batch of reports into the ledger: copied into a staging table, then merged by one statement."""

from collections import Counter
from collections.abc import Callable, Sequence

import psycopg

from broadcaster.ledger.merging import COLUMNS, MOMENTS, Values, joined
from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from broadcaster.ledger.postgresql.failures import failure_of

_STAGE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS ledger_incoming (
    turn bigint, {", ".join(f'{moment} text COLLATE "C"' for moment in MOMENTS)},
    outcome text, reason text COLLATE "C", dictionary bigint, silence text,
    alert text COLLATE "C", revision bigint, terminal text COLLATE "C"
) ON COMMIT DELETE ROWS
"""
_COPY = f"COPY ledger_incoming (turn, {', '.join(COLUMNS)}) FROM STDIN"


def _of_two(function: str) -> Callable[[str, str], str]:
    # PostgreSQL's leave NULLs out.
    return lambda one, other: f"{function}({one}, {other})"


_MERGED = joined("d.", "n.", _of_two("least"), _of_two("greatest"))
# What says nothing new writes nothing. The names and values are the constants above.
_MERGE = f"""
UPDATE deliveries AS d SET {", ".join(f"{column} = {value}" for column, value in _MERGED.items())}
FROM ledger_incoming AS n JOIN alerts AS a ON a.identifier = n.alert AND a.revision = n.revision
 JOIN terminals AS t ON t.terminal = n.terminal
WHERE n.turn = ? AND d.alert_id = a.id AND d.terminal_id = t.id
 AND ({", ".join(f"d.{column}" for column in _MERGED)}) IS DISTINCT FROM ({", ".join(_MERGED.values())})
"""  # noqa: S608


def merge_at_once(database: PostgresqlDatabase, said: Sequence[Values]) -> None:
    """Merge a batch within a transaction; raises StorageFailure.

    One UPDATE changes a row once: what a batch says of the same delivery again waits for the next turn.
    """
    turns: Counter[Values] = Counter()
    database.run(_STAGE)
    try:
        with database.connection.cursor().copy(_COPY.encode()) as copy:
            for values in said:
                delivery = values[COLUMNS.index("alert") :]
                turns[delivery] += 1
                copy.write_row((turns[delivery], *values))
    except psycopg.Error as error:
        raise failure_of(error) from None
    for turn in range(1, max(turns.values(), default=0) + 1):
        database.execute(_MERGE, [turn])
