"""What came back. Reports are written in batches and only ever move a delivery forward."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.delivery import Delivery, Reach
from broadcaster.domain.service import Service
from broadcaster.ledger.merging import MOMENTS, Merging, values_of, without_what_is_said_again
from kokuchi.storage import Row, Storage
from kokuchi.wire import DeliveryReport, Outcome, Silence

# The column of the missing has those out of service too.
_SUMS = ", ".join(field.name for field in fields(Reach)).replace("missing", "missing - out_of_service AS missing")


@dataclass(frozen=True)
class Line:
    """One line of an alert's delivery log; `attempts` is how often it was sent again for want of an answer."""

    terminal: Terminal
    delivery: Delivery
    attempts: int = 0


class Deliveries:
    """The deliveries of every alert."""

    def __init__(self, connections: Storage, merging: Merging) -> None:
        self._connections = connections
        self._merging = merging

    def record(self, reports: Iterable[DeliveryReport]) -> None:
        """Merge a batch of reports into the ledger in one transaction."""
        said = [values_of(report) for report in without_what_is_said_again(reports)]
        with self._connections.write() as db:
            self._merging(db, said)

    def of_alert(self, alert_row: int) -> list[Line]:
        """Return the line of each terminal of an alert's audience, in the order of terminals."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, t.household, t.kind, t.area, t.service, d.* FROM deliveries AS d"
            " JOIN terminals AS t ON t.id = d.terminal_id WHERE d.alert_id = ? ORDER BY t.terminal",
            [alert_row],
        )
        return [line_of(row) for row in rows]

    def reach(self, alert_rows: Iterable[int]) -> dict[int, Reach]:
        """Return the counts of several alerts by their rows, which triggers keep (m020, m032)."""
        wanted = list(alert_rows)
        rows = self._connections.read().execute(
            f"SELECT alert_id, {_SUMS} FROM alert_reach"  # noqa: S608 - the names of ours
            " WHERE alert_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
            [json.dumps(wanted)],
        )
        found = {row["alert_id"]: Reach(*tuple(row)[1:]) for row in rows}
        return {row: found.get(row, Reach()) for row in wanted}

    def away(self, alert_rows: Iterable[int]) -> dict[int, int]:
        """Return by their rows how many terminals in service have not received an alert and are not connected."""
        wanted = list(alert_rows)
        rows = self._connections.read().execute(
            "SELECT d.alert_id, count(*) AS n FROM deliveries AS d"
            " JOIN terminals AS t ON t.id = d.terminal_id LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id"
            " WHERE t.service = 'in_service' AND d.alert_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
            " AND d.received_at IS NULL AND d.outcome IS NULL AND ifnull(p.online, 0) = 0 GROUP BY d.alert_id",
            [json.dumps(wanted)],
        )
        found = {row["alert_id"]: int(row["n"]) for row in rows}
        return {row: found.get(row, 0) for row in wanted}

    def heard(self, identifier: str, before_revision: int) -> int:
        """Return how many terminals had voiced or confirmed an earlier revision of an alert."""
        row = (
            self._connections.read()
            .execute(
                "SELECT count(DISTINCT d.terminal_id) AS n FROM deliveries AS d JOIN alerts AS a ON a.id = d.alert_id"
                " WHERE a.identifier = ? AND a.revision < ?"
                " AND (d.voice_started_at IS NOT NULL OR d.confirmed_at IS NOT NULL)",
                [identifier, before_revision],
            )
            .fetchone()
        )
        return int(row["n"])


def line_of(row: Row) -> Line:
    """Return the line that a row of deliveries and terminals says."""
    terminal = Terminal(row["terminal"], row["household"], row["kind"], row["area"], service=Service(row["service"]))
    return Line(terminal, _delivery(row), row["attempts"])


def _delivery(row: Row) -> Delivery:
    moments = {moment: datetime.fromisoformat(row[moment]) if row[moment] else None for moment in MOMENTS}
    return Delivery(
        **moments,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        reason=row["reason"],
        dictionary=row["dictionary"],
        silence=Silence(row["silence"]) if row["silence"] else None,
    )
