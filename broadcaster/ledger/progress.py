"""How far an alert has come, counted by SQLite: a page of 1,500 deliveries reads a handful of rows."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadcaster.domain.delivery import Stage
from broadcaster.domain.standing import Circumstances, Standing
from broadcaster.ledger.deliveries import Line, line_of
from kokuchi.storage import Row, Storage
from kokuchi.wire import NO_VOICE

COUNTED = "(d.received_at IS NOT NULL OR d.outcome IS NOT NULL OR t.service = 'in_service')"
"""Whether something came of a delivery d or still may: its terminal t has spoken of it or is in service."""

WHO = {
    "unreached": f"d.received_at IS NULL AND {COUNTED}",
    "unheard": f"d.voiced_at IS NULL AND d.confirmed_at IS NULL AND {COUNTED}",
    "unconfirmed": f"d.confirmed_at IS NULL AND {COUNTED}",
    "heard": "(d.voice_started_at IS NOT NULL OR d.confirmed_at IS NOT NULL)",
    "confirmed": "d.confirmed_at IS NOT NULL",
}
"""Which deliveries d, of terminals t, can be asked for by a word, beside those of one standing."""

# The order is that of broadcaster.domain.delivery.trouble, which is asked for what stands out in lists.
# {missing} and {unanswered} are those of the circumstances.
STANDING = """CASE
 WHEN d.outcome = 'refused' THEN 'refused'
 WHEN d.outcome = 'voice_failed' AND d.voiced_at IS NULL
  THEN CASE WHEN d.reason = '{no_voice}' THEN 'no_voice' ELSE 'voice_failed' END
 WHEN d.outcome = 'expired' AND d.voiced_at IS NULL
  AND NOT (ifnull(d.silence, '') IN ('summarised', 'declined') AND d.displayed_at IS NOT NULL) THEN 'expired'
 WHEN d.received_at IS NULL AND d.outcome IS NULL AND t.service <> 'in_service' THEN 'out_of_service'
 WHEN d.received_at IS NULL AND d.outcome IS NULL THEN ifnull({missing}, CASE
  WHEN p.terminal_id IS NULL THEN 'never_seen' WHEN p.online = 0 THEN 'offline' ELSE {unanswered} END)
 WHEN d.voiced_at IS NOT NULL AND d.displayed_at IS NULL THEN 'not_displayed'
 WHEN d.confirmed_at IS NOT NULL THEN 'confirmed'
 WHEN d.outcome = 'cancelled' THEN 'cancelled'
 WHEN d.voiced_at IS NOT NULL THEN 'voiced'
 WHEN d.voice_started_at IS NOT NULL THEN 'speaking'
 WHEN d.silence IS NOT NULL THEN d.silence
 WHEN d.displayed_at IS NOT NULL THEN 'displayed'
 ELSE 'received' END"""
LINE_COLUMNS = f"t.terminal, t.household, t.kind, t.area, t.service, d.*, {STANDING} AS standing, p.changed_at AS since"
"""What `standing_line` reads of a delivery d, its terminal t and its presence p; to be formatted as STANDING is."""

_STANDING = STANDING.format(missing=":missing", unanswered=":unanswered", no_voice=NO_VOICE)
_TABLES = (
    " FROM deliveries AS d JOIN terminals AS t ON t.id = d.terminal_id"
    " LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id WHERE d.alert_id = :alert"
)
# In this order: the few terminals that are named, not every delivery of the alert.
_TABLES_OF_NAMED = (
    " FROM json_each(:terminals) AS e CROSS JOIN terminals AS t CROSS JOIN deliveries AS d"
    " LEFT JOIN presences AS p ON p.terminal_id = d.terminal_id"
    " WHERE t.terminal = e.value AND d.terminal_id = t.id AND d.alert_id = :alert"
)
_COLUMNS = LINE_COLUMNS.format(missing=":missing", unanswered=":unanswered", no_voice=NO_VOICE)
_NAME = "replace(replace(t.household, ' ', ''), '　', '')"


@dataclass(frozen=True)
class Share:
    """The terminals of one area that are in one standing: how many, and how many of them have reached each stage.

    `heard` have voiced it and not confirmed it; `arrived` have it and have neither voiced nor confirmed it.
    """

    area: str
    standing: Standing
    terminals: int
    received: int
    displayed: int
    voiced: int
    confirmed: int
    heard: int
    arrived: int


@dataclass(frozen=True)
class Tick:
    """So many terminals reached a stage in this second after the alert was sent."""

    stage: Stage
    second: int
    terminals: int


@dataclass(frozen=True)
class Selection:
    """Which lines are asked for: `who` is a key of WHO or a standing; what is empty does not matter.

    `search` is a part of the household's name, whatever spaces are in either; `group` one of the roster's groups.
    `in_service` leaves out the terminals that were suspended or retired since.
    """

    who: str = ""
    area: str = ""
    search: str = ""
    group: str = ""
    in_service: bool = False


@dataclass(frozen=True)
class StandingLine:
    """A line with its standing, and since when its terminal is connected or not, by the centre's clock, if ever."""

    line: Line
    standing: Standing
    since: datetime | None


_ALL = Selection()


class Progress:
    """The way of one revision of an alert to its audience; rows are those of the table of alerts."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def shares(self, alert_row: int, circumstances: Circumstances) -> list[Share]:
        """Return the audience by area and standing."""
        rows = self._connections.read().execute(
            f"SELECT t.area, {_STANDING} AS standing, count(*) AS terminals, count(d.received_at) AS received,"
            " count(d.displayed_at) AS displayed, count(d.voiced_at) AS voiced, count(d.confirmed_at) AS confirmed,"
            " count(*) FILTER (WHERE d.voiced_at IS NOT NULL AND d.confirmed_at IS NULL) AS heard,"
            " count(*) FILTER (WHERE d.received_at IS NOT NULL AND d.voiced_at IS NULL AND d.confirmed_at IS NULL)"
            " AS arrived"
            f"{_TABLES} GROUP BY t.area, standing",
            _arguments(alert_row, circumstances),
        )
        return [Share(row["area"], Standing(row["standing"]), *tuple(row)[2:]) for row in rows]

    def ticks(self, alert_row: int, sent: datetime) -> list[Tick]:
        """Return when how many terminals reached which stage, in the order of time."""
        each = " UNION ALL ".join(
            f"SELECT '{stage}' AS stage, substr({stage}_at, 1, 19) AS second, count(*) AS n FROM deliveries"  # noqa: S608 - stages are constants
            f" WHERE alert_id = :alert AND {stage}_at IS NOT NULL GROUP BY second"
            for stage in Stage
        )
        rows = self._connections.read().execute(f"{each} ORDER BY second", {"alert": alert_row})
        begin = sent.replace(microsecond=0)
        return [
            Tick(
                Stage(row["stage"]),
                max(0, int((datetime.fromisoformat(f"{row['second']}+00:00") - begin).total_seconds())),
                row["n"],
            )
            for row in rows
        ]

    def count(self, alert_row: int, circumstances: Circumstances, selection: Selection) -> int:
        """Return how many lines were asked for."""
        where, arguments = _where(selection)
        row = self._connections.read().execute(
            f"SELECT count(*) AS n{_TABLES}{where}", {**_arguments(alert_row, circumstances), **arguments}
        )
        return int(row.fetchone()["n"])

    def lines(
        self,
        alert_row: int,
        circumstances: Circumstances,
        selection: Selection = _ALL,
        *,
        limit: int | None,
        offset: int = 0,
    ) -> list[StandingLine]:
        """Return some of the lines that were asked for, in the order of terminals; with None as the limit all."""
        where, arguments = _where(selection)
        return self._lines(
            f"{where} ORDER BY t.terminal LIMIT :limit OFFSET :offset",
            {
                **_arguments(alert_row, circumstances),
                **arguments,
                "limit": sys.maxsize if limit is None else limit,
                "offset": offset,
            },
        )

    def lines_of(self, alert_row: int, circumstances: Circumstances, terminals: Sequence[str]) -> list[StandingLine]:
        """Return the lines of these terminals, in the order of terminals."""
        return self._lines(
            " ORDER BY t.terminal",
            {**_arguments(alert_row, circumstances), "terminals": json.dumps(sorted(set(terminals)))},
            _TABLES_OF_NAMED,
        )

    def first_of_each(
        self, alert_row: int, circumstances: Circumstances, standings: Iterable[Standing], limit: int
    ) -> dict[Standing, list[StandingLine]]:
        """Return the first lines of each of these standings, in the order of terminals."""
        return {
            standing: self.lines(alert_row, circumstances, Selection(standing), limit=limit) for standing in standings
        }

    def _lines(self, where: str, arguments: dict[str, Any], tables: str = _TABLES) -> list[StandingLine]:
        rows = self._connections.read().execute(
            f"SELECT {_COLUMNS}{tables}{where}",
            arguments,
        )
        return [standing_line(row) for row in rows]


def _arguments(alert_row: int, circumstances: Circumstances) -> dict[str, Any]:
    return {
        "alert": alert_row,
        "missing": circumstances.missing,
        "unanswered": circumstances.unanswered,
    }


def _where(selection: Selection) -> tuple[str, dict[str, Any]]:
    """Return a condition made of constants, and its arguments."""
    conditions, arguments = [""], {}
    if selection.who in WHO:
        conditions.append(WHO[selection.who])
    elif selection.who:
        conditions.append(f"{_STANDING} = :who")
        arguments["who"] = selection.who
    if selection.area:
        conditions.append("t.area = :area")
        arguments["area"] = selection.area
    if selection.group:
        conditions.append("EXISTS (SELECT 1 FROM json_each(t.groups) WHERE value = :group)")
        arguments["group"] = selection.group
    if selection.in_service:
        conditions.append("t.service = 'in_service'")
    search = "".join(selection.search.split())
    if search:
        conditions.append(f"instr({_NAME}, :search) > 0")
        arguments["search"] = search
    return " AND ".join(conditions), arguments


def standing_line(row: Row) -> StandingLine:
    """Return the line that a row with LINE_COLUMNS says."""
    since = row["since"]
    return StandingLine(line_of(row), Standing(row["standing"]), datetime.fromisoformat(since) if since else None)
