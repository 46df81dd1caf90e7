"""The alerts that were monthly tests."""

from broadcaster.domain.monthly_test import CATEGORY
from broadcaster.ledger.alerts import Accepted, accepted_of
from kokuchi.storage import Storage


class MonthlyTests:
    """Every drill of the monthly test's category that was not withdrawn."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def newest(self, limit: int, before: str = "9999") -> list[Accepted]:
        """Return the newest revision of each test that was sent before a time (ISO 8601), the newest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM alerts AS a WHERE category = ? AND sent_at < ?"
            " AND revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"
            " AND json_extract(payload, '$.message_type') <> 'Cancel' AND json_extract(payload, '$.status') <> 'Actual'"
            " ORDER BY sent_at DESC, id DESC LIMIT ?",
            [CATEGORY, before, limit],
        )
        return [accepted_of(row) for row in rows]
