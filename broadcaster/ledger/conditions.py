"""How all terminals are: counted, and searched page by page, without reading each one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.condition import Condition
from broadcaster.domain.delivery import FULL_MIB, TOO_HOT_CELSIUS
from broadcaster.domain.service import Service
from broadcaster.ledger.terminals import terminal_of
from kokuchi.storage import Row, Storage
from kokuchi.wire import Clock, Presence, Speaker

# The same rules as broadcaster.domain.condition, done by SQLite for the whole town; a test holds them together.
_TESTS = {
    Condition.OFFLINE: "p.online = 0",
    Condition.SOUND: f"p.online = 1 AND ifnull(p.payload ->> '$.speaker', '') = '{Speaker.FAILED}'",
    Condition.STORAGE: "p.online = 1 AND (ifnull(p.payload ->> '$.storage_fault', '') <> ''"
    f" OR ifnull(CAST(p.payload ->> '$.disk_free_mib' AS NUMERIC), {FULL_MIB}) < {FULL_MIB})",
    Condition.CLOCK: f"p.online = 1 AND ifnull(p.payload ->> '$.clock', '') = '{Clock.UNKNOWN}'",
    Condition.HEAT: "p.online = 1"
    f" AND ifnull(CAST(p.payload ->> '$.temperature_celsius' AS NUMERIC), 0) >= {TOO_HOT_CELSIUS}",
    Condition.NEVER: "p.terminal_id IS NULL",
}
_FAULTY = " OR ".join(
    f"({_TESTS[fault]})" for fault in (Condition.SOUND, Condition.STORAGE, Condition.CLOCK, Condition.HEAT)
)
_TROUBLED = f"(p.terminal_id IS NULL OR p.online = 0 OR {_FAULTY})"
_SOURCE = "FROM terminals AS t LEFT JOIN presences AS p ON p.terminal_id = t.id"
_ORDER = f"CASE WHEN p.online = 0 THEN 0 WHEN {_FAULTY} THEN 1 WHEN p.terminal_id IS NULL THEN 2 ELSE 3 END, t.terminal"
_SUMS = ", ".join(
    f"count(*) FILTER (WHERE {test}) AS {name}"
    for name, test in [("well", f"NOT {_TROUBLED}"), ("faulty", _FAULTY), *_TESTS.items()]
)
_HEALTH = " ".join(["SELECT count(*) AS total,", _SUMS, _SOURCE, "WHERE t.service = 'in_service'"])
_SPACELESS = "replace(replace({}, ' ', ''), '　', '')"


@dataclass(frozen=True)
class Wanted:
    """Which terminals: those with this condition, in this area and group, whose household or identifier contains these
    words; those in service, if nothing else is said.

    What is empty wants all; `troubled` wants those with any condition. Spaces and capitals do not matter.
    """

    condition: Condition | None = None
    troubled: bool = False
    area: str = ""
    words: str = ""
    group: str = ""
    service: Service = Service.IN_SERVICE


@dataclass(frozen=True)
class Found:
    """A terminal with what it last said of itself, and since when it is connected or not, by the centre's clock."""

    terminal: Terminal
    presence: Presence | None
    since: datetime | None


@dataclass(frozen=True)
class Health:
    """How many terminals there are, how many are well, and how many have each condition; those with none are left out.

    One with several faults is counted under each of them, and once in `faulty`.
    """

    total: int
    well: int
    faulty: int
    of: Mapping[Condition, int]

    @property
    def troubled(self) -> int:
        """How many are not well."""
        return self.total - self.well


class Conditions:
    """The terminals with what they last said of themselves."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def health(self) -> Health:
        """Count the terminals in service."""
        row = self._connections.read().execute(_HEALTH).fetchone()
        found = {condition: row[condition.value] for condition in Condition if row[condition.value]}
        return Health(row["total"], row["well"], row["faulty"], found)

    def count(self, wanted: Wanted) -> int:
        """Return how many terminals are wanted."""
        where, arguments = _where(wanted)
        row = (
            self._connections.read()
            .execute(" ".join(["SELECT count(*) AS n", _SOURCE, "WHERE", where]), arguments)
            .fetchone()
        )
        return int(row["n"])

    def find(self, wanted: Wanted, limit: int, offset: int = 0) -> list[Found]:
        """Return some of the wanted terminals, those in trouble first."""
        where, arguments = _where(wanted)
        return self._listed(f"WHERE {where} ORDER BY {_ORDER} LIMIT ? OFFSET ?", [*arguments, limit, offset])

    def named(self, identifiers: list[str]) -> list[Found]:
        """Return the terminals with these identifiers, in their order; unknown ones are left out."""
        found = self._listed("WHERE t.terminal IN (SELECT value FROM json_each(?))", [json.dumps(identifiers)])
        return sorted(found, key=lambda one: identifiers.index(one.terminal.id))

    def _listed(self, clause: str, arguments: list[object]) -> list[Found]:
        rows = self._connections.read().execute(
            " ".join(["SELECT t.*, p.payload, p.changed_at", _SOURCE, clause]),
            arguments,
        )
        return [_found(row) for row in rows]


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    clauses, arguments = ["t.service = ?"], list[object]([wanted.service])
    if wanted.condition:
        clauses.append(f"({_TESTS[wanted.condition]})")
    if wanted.troubled:
        clauses.append(_TROUBLED)
    if wanted.area:
        clauses.append("t.area = ?")
        arguments.append(wanted.area)
    if wanted.group:
        clauses.append("EXISTS (SELECT 1 FROM json_each(t.groups) WHERE value = ?)")
        arguments.append(wanted.group)
    if wanted.words:
        words = "".join(wanted.words.split()).lower()
        clauses.append(f"(instr({_SPACELESS.format('lower(t.household)')}, ?) > 0 OR instr(lower(t.terminal), ?) > 0)")
        arguments += [words, words]
    return " AND ".join(clauses), arguments


def _found(row: Row) -> Found:
    return Found(
        terminal_of(row),
        Presence.model_validate_json(row["payload"]) if row["payload"] else None,
        datetime.fromisoformat(row["changed_at"]) if row["changed_at"] else None,
    )
