"""What the first page sums up about alerts."""

from dataclasses import dataclass
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Sent:
    """How many alerts of a category were sent; `event` is what they called it, `drill` those that were one."""

    category: str
    event: str
    drill: bool
    count: int


# The order is written so that SQLite finds what is valid by the time of its end, instead of reading all alerts.
# What stands in an alert's payload is the wire's own word, which never changes (kokuchi.wire.alert).
_VALID = """
SELECT a.id FROM alerts AS a
WHERE a.expires_at > ? AND a.revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)
  AND a.payload ->> '$.message_type' <> 'Cancel'
ORDER BY a.sent_at || '' DESC, a.id DESC
"""
_LAST_HEARD = """
SELECT a.sent_at FROM alerts AS a
WHERE a.payload ->> '$.message_type' <> 'Cancel' AND a.payload ->> '$.audience.kind' <> 'terminals'
ORDER BY a.sent_at DESC LIMIT 1
"""
_SENT = """
SELECT a.category, max(a.payload ->> '$.event') AS event, a.payload ->> '$.status' <> 'Actual' AS drill, count(*) AS n
FROM alerts AS a WHERE a.sent_at >= ? AND a.sent_at < ? AND a.revision = 1
GROUP BY a.category, drill ORDER BY n DESC, a.category
"""


class Overview:
    """Sums over all alerts, made by SQLite."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def valid(self, now: datetime) -> list[int]:
        """Return the rows of the alerts that neither have expired nor were withdrawn, the newest first."""
        return [row["id"] for row in self._connections.read().execute(_VALID, [iso(now)])]

    def last_heard(self) -> datetime | None:
        """Return when the town last heard something, be it a drill; what went to single terminals does not count."""
        row = self._connections.read().execute(_LAST_HEARD).fetchone()
        return datetime.fromisoformat(row["sent_at"]) if row else None

    def sent(self, start: datetime, end: datetime) -> list[Sent]:
        """Return how many alerts were sent in a time, by category; corrections and withdrawals are not counted."""
        rows = self._connections.read().execute(_SENT, [iso(start), iso(end)])
        return [Sent(row["category"], row["event"], bool(row["drill"]), row["n"]) for row in rows]
