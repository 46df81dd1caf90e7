"""What went wrong from when to when, and what the operators were told of it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from broadcaster.domain.incident import Incident, Kind, Urgency
from broadcaster.domain.telling import Episode
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso

REOPENED_WITHIN = timedelta(minutes=5)
"""What comes back so soon has not been over: a connection that comes and goes is one incident."""

_KEPT = timedelta(days=400)


class Incidents:
    """Every incident, one row from its beginning to its end."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def standing(self) -> list[Episode]:
        """Return what has not ended."""
        return self._episodes("ended_at IS NULL")

    def to_be_told(self) -> list[Episode]:
        """Return what stands, and of what is over that of whose beginning, but not its end, somebody was told."""
        return self._episodes("ended_at IS NULL OR (told_at IS NOT NULL AND end_told_at IS NULL)")

    def last_told(self) -> dict[Kind, datetime]:
        """Return when somebody was last told that something of each kind had begun."""
        rows = self._connections.read().execute(
            "SELECT kind, max(told_at) AS at FROM incidents WHERE told_at IS NOT NULL GROUP BY kind"
        )
        return {Kind(row["kind"]): datetime.fromisoformat(row["at"]) for row in rows if row["kind"] in set(Kind)}

    def keep(self, found: Sequence[Incident], now: datetime) -> bool:
        """Note what has begun, changed and ended since the last look; return whether anything has."""
        before = {one.incident.identity: one for one in self.standing()}
        now_there = {one.identity: one for one in found}
        begun = [one for identity, one in now_there.items() if identity not in before]
        changed = [
            (before[identity].row, one)
            for identity, one in now_there.items()
            if identity in before and before[identity].incident != one
        ]
        ended = [one.row for identity, one in before.items() if identity not in now_there]
        if not (begun or changed or ended):
            return False
        with self._connections.write() as db:
            for one in begun:
                _begin(db, one, now)
            for row, one in changed:
                # What has become urgent is told once more.
                db.execute(
                    "UPDATE incidents SET payload = ?, told_at = CASE WHEN urgency = 'soon' AND ? = 'urgent'"
                    " THEN NULL ELSE told_at END, urgency = ? WHERE id = ?",
                    [_payload(one), one.urgency, one.urgency, row],
                )
            for row in ended:
                db.execute("UPDATE incidents SET ended_at = ? WHERE id = ?", [iso(now), row])
            db.execute("DELETE FROM incidents WHERE ended_at <= ?", [iso(now - _KEPT)])
        return True

    def _episodes(self, where: str) -> list[Episode]:
        rows = self._connections.read().execute(
            " ".join(["SELECT * FROM incidents WHERE", where, "ORDER BY began_at, id"])
        )
        return [_episode(row) for row in rows if row["kind"] in set(Kind)]


def note_told(db: Database, begun: Sequence[Episode], ended: Sequence[Episode], now: datetime) -> None:
    """Keep within a transaction what a mail tells of."""
    for column, episodes in (("told_at", begun), ("end_told_at", ended)):
        rows = json.dumps([one.row for one in episodes])
        statement = f"UPDATE incidents SET {column} = ? WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"  # noqa: S608
        db.execute(statement, [iso(now), rows])


def _begin(db: Database, incident: Incident, now: datetime) -> None:
    reopened = db.execute(
        "UPDATE incidents SET ended_at = NULL, payload = ?, urgency = ? WHERE id ="
        " (SELECT id FROM incidents WHERE kind = ? AND key = ? AND ended_at > ? AND end_told_at IS NULL"
        " ORDER BY id DESC LIMIT 1)",
        [_payload(incident), incident.urgency, incident.kind, incident.key, iso(now - REOPENED_WITHIN)],
    ).rowcount
    if not reopened:
        db.execute(
            "INSERT INTO incidents (kind, key, urgency, payload, began_at) VALUES (?, ?, ?, ?, ?)",
            [incident.kind, incident.key, incident.urgency, _payload(incident), iso(now)],
        )


def _payload(incident: Incident) -> str:
    return json.dumps(
        {
            "since": iso(incident.since) if incident.since else None,
            "until": iso(incident.until) if incident.until else None,
            "terminals": incident.terminals,
            "detail": incident.detail,
        },
        ensure_ascii=False,
    )


def _episode(row: Row) -> Episode:
    payload = json.loads(row["payload"])
    incident = Incident(
        Kind(row["kind"]),
        Urgency(row["urgency"]),
        row["key"],
        _moment(payload["since"]),
        _moment(payload["until"]),
        tuple(payload["terminals"]),
        payload["detail"],
    )
    return Episode(
        row["id"],
        incident,
        datetime.fromisoformat(row["began_at"]),
        _moment(row["ended_at"]),
        _moment(row["told_at"]),
        _moment(row["end_told_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
