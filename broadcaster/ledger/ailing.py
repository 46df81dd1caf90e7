"""The terminals that something is the matter with, for the list of what is wrong: found by SQLite in one look."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from broadcaster.domain.delivery import FULL_MIB, TOO_HOT_CELSIUS
from broadcaster.domain.incident import Ailing, Kind
from kokuchi.storage import Storage
from kokuchi.wire import Clock, Speaker
from kokuchi.wire.fields import iso

CONNECTS_WITHIN = timedelta(hours=1)

_IN_SERVICE = "t.service = 'in_service'"
_FAULTS = {
    Kind.TERMINALS_SOUND: f"ifnull(p.payload ->> '$.speaker', '') = '{Speaker.FAILED}'",
    Kind.TERMINALS_STORAGE: "ifnull(p.payload ->> '$.storage_fault', '') <> ''"
    f" OR ifnull(CAST(p.payload ->> '$.disk_free_mib' AS NUMERIC), {FULL_MIB}) < {FULL_MIB}",
    Kind.TERMINALS_CLOCK: f"ifnull(p.payload ->> '$.clock', '') = '{Clock.UNKNOWN}'",
    Kind.TERMINALS_HEAT: f"ifnull(CAST(p.payload ->> '$.temperature_celsius' AS NUMERIC), 0) >= {TOO_HOT_CELSIUS}",
}
_COLUMNS = ", ".join(f"({test}) AS {kind}" for kind, test in _FAULTS.items())
_SEEN = " ".join(
    [
        "SELECT t.terminal, t.area, p.online, p.changed_at, p.payload ->> '$.software' AS software,",
        _COLUMNS,
        "FROM terminals AS t JOIN presences AS p ON p.terminal_id = t.id WHERE",
        _IN_SERVICE,
    ]
)
_NUMBER = re.compile(r"\d+")


class AilingTerminals:
    """What the terminals in service have said of themselves, as far as it is no good news."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def look(self, newest_software: str, now: datetime) -> tuple[dict[str, int], list[Ailing]]:
        """Return how many terminals of each area have ever been seen, and what is the matter with which.

        Software is old if it is older than `newest_software` or than the newest that any connected terminal has.
        """
        rows = self._connections.read().execute(_SEEN).fetchall()
        areas: dict[str, int] = {}
        found: list[Ailing] = []
        versions = [_version(row["software"]) for row in rows if row["online"]]
        newest = max([*versions, _version(newest_software)])
        # A name is looked up for each of thousands of rows, and an enumeration's value is slow to find.
        faults = [(kind, kind.value) for kind in _FAULTS]
        for row in rows:
            areas[row["area"]] = areas.get(row["area"], 0) + 1
            if not row["online"]:
                since = datetime.fromisoformat(row["changed_at"]) if row["changed_at"] else None
                found.append(Ailing(row["terminal"], row["area"], Kind.TERMINALS_OFF, since))
                continue
            found += [Ailing(row["terminal"], row["area"], kind) for kind, column in faults if row[column]]
            if row["software"] and _version(row["software"]) < newest:
                found.append(Ailing(row["terminal"], row["area"], Kind.TERMINALS_SOFTWARE))
        return areas, [*found, *self._never(now)]

    def in_use_since(self) -> datetime | None:
        """Return when the first terminal came into the roster."""
        row = self._connections.read().execute("SELECT min(created_at) FROM terminals").fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def _never(self, now: datetime) -> list[Ailing]:
        """Return those with whose code a device was set up, and that have not connected since."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, t.area, max(c.used_at) AS used_at FROM enrolment_codes AS c"
            " JOIN terminals AS t ON t.id = c.terminal_id LEFT JOIN presences AS p ON p.terminal_id = t.id"
            " WHERE t.service = 'in_service' AND p.terminal_id IS NULL AND c.used_at IS NOT NULL"
            " GROUP BY t.id HAVING max(c.used_at) <= ?",
            [iso(now - CONNECTS_WITHIN)],
        )
        return [
            Ailing(row["terminal"], row["area"], Kind.TERMINALS_NEVER, datetime.fromisoformat(row["used_at"]))
            for row in rows
        ]


@lru_cache(maxsize=256)
def _version(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(text or "")[:3])
