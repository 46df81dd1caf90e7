"""The terminals that something is the matter with, for the list of what is wrong: found by SQLite in one look."""

import json
import re
from datetime import datetime, timedelta

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
_SOFTWARE = "ifnull(p.payload ->> '$.software', '')"
_SEEN = f"FROM terminals AS t JOIN presences AS p ON p.terminal_id = t.id WHERE {_IN_SERVICE}"
_AREAS = f"SELECT t.area, count(*) AS n {_SEEN} GROUP BY t.area"
_VERSIONS = f"SELECT DISTINCT {_SOFTWARE} AS software {_SEEN} AND p.online <> 0"
# Those that are well are thousands, and none of their rows is asked for.
_AILING = (
    f"SELECT t.terminal, t.area, p.online, p.changed_at, {_SOFTWARE} AS software, {_COLUMNS} {_SEEN}"  # noqa: S608 - constants
    f" AND (p.online = 0 OR {' OR '.join(f'({test})' for test in _FAULTS.values())}"
    f" OR {_SOFTWARE} IN (SELECT value FROM json_each(?))) ORDER BY t.id"
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
        db = self._connections.read()
        areas = {row["area"]: row["n"] for row in db.execute(_AREAS)}
        versions = {row["software"]: _version(row["software"]) for row in db.execute(_VERSIONS)}
        newest = max([*versions.values(), _version(newest_software)])
        old = frozenset(software for software, version in versions.items() if software and version < newest)
        found: list[Ailing] = []
        for row in db.execute(_AILING, [json.dumps(sorted(old))]):
            if not row["online"]:
                since = datetime.fromisoformat(row["changed_at"]) if row["changed_at"] else None
                found.append(Ailing(row["terminal"], row["area"], Kind.TERMINALS_OFF, since))
                continue
            found += [Ailing(row["terminal"], row["area"], kind) for kind in _FAULTS if row[kind]]
            if row["software"] in old:
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


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(text)[:3])
