"""What came back. Reports are written in batches and only ever move a delivery forward."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from broadcaster.domain.audience import Terminal
from broadcaster.domain.delivery import Delivery, Reach
from broadcaster.domain.service import Service
from kokuchi.storage import Row, Storage
from kokuchi.wire import DeliveryReport, Outcome, Silence
from kokuchi.wire.fields import iso

_MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")
_SAID = (*_MOMENTS, "outcome", "reason", "dictionary", "silence")

# The same join as broadcaster.domain.delivery.merge, done by SQLite for a whole batch; a test holds them together.
# A revision that this ledger does not know, or that was not addressed to the terminal, changes nothing.
_RANK = (
    "CASE {} WHEN 'voice_failed' THEN 0 WHEN 'expired' THEN 1 WHEN 'cancelled' THEN 2 WHEN 'refused' THEN 3 ELSE -1 END"
)
_SILENCE_RANK = "CASE {} WHEN 'held' THEN 0 WHEN 'summarised' THEN 1 WHEN 'declined' THEN 2 ELSE -1 END"
_NEW_WINS = (
    f"({_RANK.format(':outcome')} > {_RANK.format('outcome')}"
    f" OR ({_RANK.format(':outcome')} = {_RANK.format('outcome')} AND :reason > reason))"
)
_ASSIGNMENTS = [
    *(f"{moment} = min(ifnull({moment}, :{moment}), ifnull(:{moment}, {moment}))" for moment in _MOMENTS),
    "dictionary = max(ifnull(dictionary, :dictionary), ifnull(:dictionary, dictionary))",
    f"outcome = CASE WHEN {_NEW_WINS} THEN :outcome ELSE outcome END",
    f"reason = CASE WHEN {_NEW_WINS} THEN :reason ELSE reason END",
    f"silence = CASE WHEN {_SILENCE_RANK.format(':silence')} > {_SILENCE_RANK.format('silence')}"
    " THEN :silence ELSE silence END",
]
_COLUMNS = (*_SAID, "alert", "revision", "terminal")
_MERGE = re.sub(
    # By number: a tuple is bound faster than a dict.
    r":(\w+)",
    lambda name: f"?{_COLUMNS.index(name[1]) + 1}",
    f"UPDATE deliveries SET {', '.join(_ASSIGNMENTS)}"  # noqa: S608 - constants
    " WHERE alert_id = (SELECT id FROM alerts WHERE identifier = :alert AND revision = :revision)"
    " AND terminal_id = (SELECT id FROM terminals WHERE terminal = :terminal)",
)


Merging: TypeAlias = Callable[[Any, Iterable[DeliveryReport]], None]
"""How a database merges a batch of reports within a transaction that it has opened, if it has a way of its own."""


@dataclass(frozen=True)
class Line:
    """One line of an alert's delivery log; `attempts` is how often it was sent again for want of an answer."""

    terminal: Terminal
    delivery: Delivery
    attempts: int = 0


class Deliveries:
    """The deliveries of every alert."""

    def __init__(self, connections: Storage, merging: Merging | None = None) -> None:
        self._connections = connections
        self._merging = merging

    def record(self, reports: Iterable[DeliveryReport]) -> None:
        """Merge a batch of reports into the ledger in one transaction."""
        said = without_what_is_said_again(reports)
        if self._merging is not None:
            with self._connections.write() as db:
                self._merging(db, said)
            return
        rows = [_row(report) for report in said]
        with self._connections.write() as db:
            db.executemany(_MERGE, rows)

    def of_alert(self, alert_row: int) -> list[Line]:
        """Return the line of each terminal of an alert's audience, in the order of terminals."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, t.household, t.kind, t.area, t.service, d.* FROM deliveries AS d"
            " JOIN terminals AS t ON t.id = d.terminal_id WHERE d.alert_id = ? ORDER BY t.terminal",
            [alert_row],
        )
        return [line_of(row) for row in rows]

    def reach(self, alert_rows: Iterable[int]) -> dict[int, Reach]:
        """Return the counts of several alerts by their rows, which triggers keep (m020)."""
        wanted = list(alert_rows)
        rows = self._connections.read().execute(
            "SELECT * FROM alert_reach WHERE alert_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
            [json.dumps(wanted)],
        )
        found = {row["alert_id"]: Reach(**{key: row[key] for key in row.keys() if key != "alert_id"}) for row in rows}  # noqa: SIM118 - a Row iterates over values
        return {row: found.get(row, Reach()) for row in wanted}

    def away(self, alert_rows: Iterable[int]) -> dict[int, int]:
        """Return by their rows how many terminals have not received an alert and are not connected."""
        wanted = list(alert_rows)
        rows = self._connections.read().execute(
            "SELECT d.alert_id, count(*) AS n FROM deliveries AS d"
            " LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id"
            " WHERE d.alert_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
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


def without_what_is_said_again(reports: Iterable[DeliveryReport]) -> list[DeliveryReport]:
    """Leave out each report of which a later one of the same delivery repeats every word, as cumulative ones do."""
    kept: dict[tuple[str, int, str, int], DeliveryReport] = {}
    newest: dict[tuple[str, int, str], int] = {}
    for number, report in enumerate(reports):
        delivery = (report.alert, report.revision, report.terminal)
        before = newest.get(delivery)
        if before is not None and _repeats(report, kept[*delivery, before]):
            del kept[*delivery, before]
        kept[*delivery, number] = report
        newest[delivery] = number
    return list(kept.values())


def _repeats(later: DeliveryReport, earlier: DeliveryReport) -> bool:
    said, again = vars(earlier), vars(later)
    return all(said[what] in (None, "", again[what]) for what in _SAID)


def _row(report: DeliveryReport) -> tuple[str | int | None, ...]:
    return (
        *(iso(moment) if (moment := getattr(report, name)) else None for name in _MOMENTS),
        report.outcome.value if report.outcome else None,
        report.reason if report.outcome else "",
        report.dictionary,
        report.silence.value if report.silence else None,
        report.alert,
        report.revision,
        report.terminal,
    )


def line_of(row: Row) -> Line:
    """Return the line that a row of deliveries and terminals says."""
    terminal = Terminal(row["terminal"], row["household"], row["kind"], row["area"], service=Service(row["service"]))
    return Line(terminal, _delivery(row), row["attempts"])


def _delivery(row: Row) -> Delivery:
    moments = {moment: datetime.fromisoformat(row[moment]) if row[moment] else None for moment in _MOMENTS}
    return Delivery(
        **moments,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        reason=row["reason"],
        dictionary=row["dictionary"],
        silence=Silence(row["silence"]) if row["silence"] else None,
    )
