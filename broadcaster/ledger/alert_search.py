"""Finding alerts among all that were ever accepted, page by page."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcaster.ledger.alerts import Accepted, accepted_of
from broadcaster.ledger.progress import COUNTED, WHO
from kokuchi.storage import Database, Storage
from kokuchi.wire import Severity
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Place:
    """Where a page ends: the alert in this row, whose newest revision was sent at this time."""

    sent_at: str
    row: int

    @classmethod
    def of(cls, accepted: Accepted) -> "Place":
        """Return the place of an alert."""
        return cls(iso(accepted.alert.sent), accepted.row)


class Result(StrEnum):
    """What has become of an alert. All but the last are said of the chosen terminals, if some are chosen."""

    HEARD = "heard"
    UNREACHED = "unreached"
    SILENT = "silent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Wanted:
    """Which alerts are looked for; what is None or empty does not matter. `since` is included, `until` is not.

    `words` must all stand in the headline or the body; `who` is a part of a household's name or a terminal's
    identifier. `area` and `who` choose terminals, and such an alert was addressed to at least one of them.
    """

    category: str | None = None
    severities: tuple[Severity, ...] | None = None
    drill: bool | None = None
    withdrawn: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    result: Result | None = None
    area: str = ""
    who: str = ""
    words: str = ""

    @property
    def chooses_terminals(self) -> bool:
        """Whether only some terminals matter."""
        return bool(self.area or "".join(self.who.split()))


@dataclass(frozen=True)
class Found:
    """All alerts that were found, by their rows, the newest first; `terminals` are those of the chosen ones, if any.

    `deliveries` is how many they have at these terminals, at most.
    """

    rows: list[int]
    deliveries: int
    terminals: list[int] | None


_TERMINALS = (
    "SELECT t.id, t.service FROM terminals AS t WHERE (:area = '' OR t.area = :area)"
    " AND (:who = '' OR instr(folded(t.household), :who) > 0 OR instr(folded(t.terminal), :who) > 0)"
)
# CROSS JOIN: the few chosen terminals are looked up in the deliveries, never the other way round.
_AT_CHOSEN = (
    "EXISTS (SELECT 1 FROM chosen AS t CROSS JOIN deliveries AS d WHERE d.alert_id = a.id AND d.terminal_id = t.id{})"
)
_SUMS = {
    Result.HEARD: "r.voiced = r.addressed - r.out_of_service AND r.voiced > 0",
    Result.UNREACHED: "r.received < r.addressed - r.out_of_service",
    Result.SILENT: "r.voice_failed > 0",
    Result.REFUSED: "r.refused > 0",
}
# The few deliveries of an alert with such an outcome have an index of their own; the plus leads SQLite to it.
_FEW = (
    "EXISTS (SELECT 1 FROM deliveries AS d WHERE d.alert_id = a.id AND d.outcome = '{}'"
    " AND d.voiced_at IS NULL AND +d.terminal_id IN (SELECT id FROM chosen))"
)
_SINGLE = {
    Result.UNREACHED: _AT_CHOSEN.format(f" AND {WHO['unreached']}"),
    Result.SILENT: _FEW.format("voice_failed"),
    Result.REFUSED: _FEW.format("refused").replace(" AND d.voiced_at IS NULL", ""),
}
_FOUND = (
    "WITH chosen AS MATERIALIZED ({terminals}) SELECT {columns} FROM alerts AS a"
    " LEFT JOIN alert_reach AS r ON r.alert_id = a.id WHERE {where}"
)
_ORDER = " ORDER BY sent_at DESC, id DESC"


class AlertSearch:
    """Looks for alerts, each by its newest revision."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def page(self, wanted: Wanted, after: Place | None, limit: int) -> list[Accepted]:
        """Return up to `limit` alerts that come after a place, the newest first."""
        clauses, arguments = _clauses(wanted)
        if after is not None:
            clauses.append("(sent_at, id) < (:after_time, :after_row)")
            arguments |= {"after_time": after.sent_at, "after_row": after.row}
        query = f"{_query(wanted, 'a.*', clauses)}{_ORDER} LIMIT :limit"
        rows = self._read().execute(query, {**arguments, "limit": limit})
        return [accepted_of(row) for row in rows]

    def all(self, wanted: Wanted) -> Found:
        """Return everything that is looked for."""
        clauses, arguments = _clauses(wanted)
        query = f"{_query(wanted, 'a.id, r.addressed', clauses)}{_ORDER}"
        found = self._read().execute(query, arguments).fetchall()
        deliveries = sum(row["addressed"] or 0 for row in found)
        terminals = None
        if wanted.chooses_terminals:
            terminals = [row["id"] for row in self._read().execute(_TERMINALS, arguments)]
            deliveries = min(deliveries, len(found) * len(terminals))
        return Found([row["id"] for row in found], deliveries, terminals)

    def _read(self) -> Database:
        database = self._connections.read()
        database.use_function("folded", 1, _folded)
        database.use_function("has_all", 3, _has_all)
        return database


def _folded(text: str | None) -> str:
    """Return a text in which the width of letters, capitals and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def _has_all(headline: str, body: str, words: str) -> bool:
    text = _folded(f"{headline}\n{body}")
    return all(word in text for word in words.split("\n"))


def _query(wanted: Wanted, columns: str, clauses: list[str]) -> str:
    # All of it is made of constants; what was asked for comes in as arguments only.
    terminals = _TERMINALS if wanted.chooses_terminals else "SELECT NULL AS id, NULL AS service WHERE 1 = 0"
    return _FOUND.format(terminals=terminals, columns=columns, where=" AND ".join(clauses))


def _clauses(wanted: Wanted) -> tuple[list[str], dict[str, object]]:
    clauses = ["a.revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"]
    arguments: dict[str, object] = {"area": wanted.area, "who": _folded(wanted.who)}
    if wanted.category is not None:
        clauses.append("a.category = :category")
        arguments["category"] = wanted.category
    if wanted.severities is not None:
        names = [f"severity{number}" for number in range(len(wanted.severities))]
        clauses.append(f"json_extract(a.payload, '$.severity') IN ({', '.join(f':{name}' for name in names)})")
        arguments |= dict(zip(names, wanted.severities, strict=True))
    if wanted.drill is not None:
        clauses.append("(json_extract(a.payload, '$.status') != 'Actual') = :drill")
        arguments["drill"] = wanted.drill
    if wanted.withdrawn is not None:
        clauses.append("(json_extract(a.payload, '$.message_type') = 'Cancel') = :withdrawn")
        arguments["withdrawn"] = wanted.withdrawn
    if wanted.since is not None:
        clauses.append("a.sent_at >= :since")
        arguments["since"] = iso(wanted.since)
    if wanted.until is not None:
        clauses.append("a.sent_at < :until")
        arguments["until"] = iso(wanted.until)
    if words := [_folded(word) for word in wanted.words.split()]:
        clauses.append("has_all(json_extract(a.payload, '$.headline'), json_extract(a.payload, '$.body'), :words)")
        arguments["words"] = "\n".join(words)
    return [*clauses, *_results(wanted)], arguments


def _results(wanted: Wanted) -> list[str]:
    result = wanted.result
    chosen = [_AT_CHOSEN.format("")] if wanted.chooses_terminals else []
    if result is None:
        return chosen
    if result is Result.WITHDRAWN:
        return ["json_extract(a.payload, '$.message_type') = 'Cancel'", *chosen]
    if not wanted.chooses_terminals:
        return [_SUMS[result]]
    if result is Result.HEARD:
        silent = _AT_CHOSEN.format(f" AND d.voiced_at IS NULL AND {COUNTED}")
        return [_AT_CHOSEN.format(" AND d.voiced_at IS NOT NULL"), f"NOT {silent}"]
    # Of no terminal can be true what the sums deny of all.
    return [_SUMS[result], _SINGLE[result]]
