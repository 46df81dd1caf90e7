"""Deliveries of several alerts at once: what became of one terminal's, and what leaves the centre as a file."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadcaster.domain.standing import Circumstances
from broadcaster.ledger.alerts import Accepted, accepted_of
from broadcaster.ledger.progress import LINE_COLUMNS, StandingLine, standing_line
from kokuchi.storage import Storage
from kokuchi.wire import NO_VOICE


@dataclass(frozen=True)
class Revision:
    """One revision of an alert, and whether there is a later one."""

    accepted: Accepted
    superseded: bool


_REVISIONS = (
    "SELECT a.*, EXISTS (SELECT 1 FROM alerts AS b WHERE b.identifier = a.identifier AND b.revision > a.revision)"
    " AS superseded FROM alerts AS a"
)
_COLUMNS = LINE_COLUMNS.format(
    missing="e.value ->> 'missing'", unanswered="e.value ->> 'unanswered'", no_voice=NO_VOICE
)
# CROSS JOIN keeps the order: each alert's deliveries are found by the key, and so is each terminal's.
_LINES = (
    f"SELECT {_COLUMNS}"  # noqa: S608 - constants
    " FROM json_each(:alerts) AS e {chosen} CROSS JOIN deliveries AS d CROSS JOIN terminals AS t"
    " LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id"
    " WHERE d.alert_id = CAST(e.value ->> 'alert' AS BIGINT) AND t.id = d.terminal_id{which}"
)
_LINES_OF_ALL = _LINES.replace("{chosen}", "").replace("{which}", "")
_LINES_OF_SOME = _LINES.replace("{chosen}", "CROSS JOIN json_each(:terminals) AS c").replace(
    "{which}", " AND d.terminal_id = CAST(c.value AS BIGINT)"
)


class DeliveryHistory:
    """Reads deliveries a piece at a time; no query is left open between two pieces."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def revisions(self, rows: Sequence[int]) -> list[Revision]:
        """Return revisions by their rows, in that order."""
        found = self._connections.read().execute(
            " ".join([_REVISIONS, "WHERE a.id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"]),
            [json.dumps(list(rows))],
        )
        by_row = {row["id"]: Revision(accepted_of(row), bool(row["superseded"])) for row in found}
        return [by_row[row] for row in rows if row in by_row]

    def alerts_of(self, terminal: str, limit: int = sys.maxsize) -> list[int]:
        """Return the rows of the newest revisions that were addressed to a terminal, the newest first."""
        rows = self._connections.read().execute(
            "SELECT a.id FROM terminals AS t CROSS JOIN alerts AS a CROSS JOIN deliveries AS d"
            " WHERE t.terminal = ? AND d.alert_id = a.id AND d.terminal_id = t.id ORDER BY a.id DESC LIMIT ?",
            [terminal, limit],
        )
        return [row["id"] for row in rows]

    def row_of(self, terminal: str) -> int | None:
        """Return the row of a terminal."""
        row = self._connections.read().execute("SELECT id FROM terminals WHERE terminal = ?", [terminal]).fetchone()
        return int(row["id"]) if row else None

    def lines(
        self, circumstances: Mapping[int, Circumstances], terminals: Sequence[int] | None = None
    ) -> list[tuple[int, StandingLine]]:
        """Return the deliveries of alerts, each with the alert's row, by alert and terminal; `terminals` are rows too.

        All of it is in memory, so ask for a few alerts at a time.
        """
        alerts = [
            {"alert": row, "missing": each.missing, "unanswered": each.unanswered}
            for row, each in circumstances.items()
        ]
        arguments = {"alerts": json.dumps(alerts)}
        query = _LINES_OF_ALL
        if terminals is not None:
            query, arguments = _LINES_OF_SOME, {**arguments, "terminals": json.dumps(list(terminals))}
        rows = self._connections.read().execute(f"{query} ORDER BY e.key, t.terminal", arguments)
        return [(row["alert_id"], standing_line(row)) for row in rows]
