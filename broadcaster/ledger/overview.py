"""What the first page sums up about alerts."""

from dataclasses import dataclass
from datetime import datetime

from kokuchi.database import Connections
from kokuchi.wire import AudienceKind, MessageType, Status
from kokuchi.wire.fields import iso

_IS_CANCEL = f"a.payload ->> '$.message_type' = '{MessageType.CANCEL}'"
_IS_NEWEST = "a.revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"


@dataclass(frozen=True)
class Sent:
    """How many alerts of a category were sent; `event` is what they called it, `drill` those that were one."""

    category: str
    event: str
    drill: bool
    count: int


class Overview:
    """Sums over all alerts, made by SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def valid(self, now: datetime) -> list[int]:
        """Return the rows of the alerts that neither have expired nor were withdrawn, the newest first."""
        rows = self._connections.read().execute(
            f"SELECT a.id FROM alerts AS a WHERE a.expires_at > ? AND {_IS_NEWEST} AND NOT {_IS_CANCEL}"  # noqa: S608 - constants
            " ORDER BY a.sent_at DESC, a.id DESC",
            [iso(now)],
        )
        return [row["id"] for row in rows]

    def last_heard(self) -> datetime | None:
        """Return when the town last heard something, be it a drill; what went to single terminals does not count."""
        row = (
            self._connections.read()
            .execute(
                f"SELECT a.sent_at FROM alerts AS a WHERE NOT {_IS_CANCEL}"  # noqa: S608 - constants
                f" AND a.payload ->> '$.audience.kind' <> '{AudienceKind.TERMINALS}'"
                " ORDER BY a.sent_at DESC LIMIT 1"
            )
            .fetchone()
        )
        return datetime.fromisoformat(row["sent_at"]) if row else None

    def sent(self, start: datetime, end: datetime) -> list[Sent]:
        """Return how many alerts were sent in a time, by category; corrections and withdrawals are not counted."""
        rows = self._connections.read().execute(
            "SELECT a.category, max(a.payload ->> '$.event') AS event,"
            f" ifnull(a.payload ->> '$.status', '{Status.ACTUAL}') <> '{Status.ACTUAL}' AS drill, count(*) AS n"
            " FROM alerts AS a WHERE a.sent_at >= ? AND a.sent_at < ? AND a.revision = 1"
            " GROUP BY a.category, drill ORDER BY n DESC, a.category",
            [iso(start), iso(end)],
        )
        return [Sent(row["category"], row["event"], bool(row["drill"]), row["n"]) for row in rows]
