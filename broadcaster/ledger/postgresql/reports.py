"""A batch of reports into the ledger: copied into a staging table, then merged by one statement."""

from collections import Counter
from collections.abc import Iterable

import psycopg

from broadcaster.ledger.postgresql.connection import PostgresqlDatabase
from broadcaster.ledger.postgresql.failures import failure_of
from kokuchi.wire import DeliveryReport
from kokuchi.wire.fields import iso

_MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")

_STAGE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS ledger_incoming (
    turn bigint, alert text COLLATE "C", revision bigint, terminal text COLLATE "C",
    {", ".join(f'{moment} text COLLATE "C"' for moment in _MOMENTS)},
    outcome text, reason text COLLATE "C", silence text, dictionary bigint
) ON COMMIT DELETE ROWS
"""
_COPY = (
    f"COPY ledger_incoming (turn, alert, revision, terminal, {', '.join(_MOMENTS)}, outcome, reason, silence,"
    " dictionary) FROM STDIN"
)

# The same join as broadcaster.domain.delivery.merge and broadcaster.ledger.deliveries; a test holds them together.
_RANK = (
    "CASE {} WHEN 'voice_failed' THEN 0 WHEN 'expired' THEN 1 WHEN 'cancelled' THEN 2 WHEN 'refused' THEN 3 ELSE -1 END"
)
_SILENCE_RANK = "CASE {} WHEN 'held' THEN 0 WHEN 'summarised' THEN 1 WHEN 'declined' THEN 2 ELSE -1 END"
_NEW_WINS = (
    f"({_RANK.format('n.outcome')} > {_RANK.format('d.outcome')}"
    f" OR ({_RANK.format('n.outcome')} = {_RANK.format('d.outcome')} AND n.reason > d.reason))"
)
# least and greatest leave NULLs out.
_MERGED = {
    **{moment: f"least(d.{moment}, n.{moment})" for moment in _MOMENTS},
    "dictionary": "greatest(d.dictionary, n.dictionary)",
    "outcome": f"CASE WHEN {_NEW_WINS} THEN n.outcome ELSE d.outcome END",
    "reason": f"CASE WHEN {_NEW_WINS} THEN n.reason ELSE d.reason END",
    "silence": f"CASE WHEN {_SILENCE_RANK.format('n.silence')} > {_SILENCE_RANK.format('d.silence')}"
    " THEN n.silence ELSE d.silence END",
}
# What says nothing new writes nothing. The names and values are the constants above.
_MERGE = f"""
UPDATE deliveries AS d SET {", ".join(f"{column} = {value}" for column, value in _MERGED.items())}
FROM ledger_incoming AS n JOIN alerts AS a ON a.identifier = n.alert AND a.revision = n.revision
 JOIN terminals AS t ON t.terminal = n.terminal
WHERE n.turn = ? AND d.alert_id = a.id AND d.terminal_id = t.id
 AND ({", ".join(f"d.{column}" for column in _MERGED)}) IS DISTINCT FROM ({", ".join(_MERGED.values())})
"""  # noqa: S608


def merge_reports(database: PostgresqlDatabase, reports: Iterable[DeliveryReport]) -> None:
    """Merge a batch within a transaction; raises StorageFailure.

    One UPDATE changes a row once: what a batch says of the same delivery again waits for the next turn.
    """
    turns: Counter[tuple[str, int, str]] = Counter()
    database.run(_STAGE)
    try:
        with database.connection.cursor().copy(_COPY.encode()) as copy:
            for report in reports:
                delivery = (report.alert, report.revision, report.terminal)
                turns[delivery] += 1
                copy.write_row(_row(turns[delivery], report))
    except psycopg.Error as error:
        raise failure_of(error) from None
    for turn in range(1, max(turns.values(), default=0) + 1):
        database.execute(_MERGE, [turn])


def _row(turn: int, report: DeliveryReport) -> tuple[str | int | None, ...]:
    moments = (iso(value) if (value := getattr(report, moment)) else None for moment in _MOMENTS)
    return (
        turn,
        report.alert,
        report.revision,
        report.terminal,
        *moments,
        report.outcome.value if report.outcome else None,
        report.reason if report.outcome else "",
        report.silence.value if report.silence else None,
        report.dictionary,
    )
