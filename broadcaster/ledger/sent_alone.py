"""What went out with a reason instead of the approval that it needs, and which colleagues know of it."""

from datetime import datetime

from broadcaster.ledger.alerts import Accepted, accepted_of
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

_UNTOLD = (
    "FROM alerts WHERE why_alone <> '' AND sent_at >= ? AND accepted_by <> ?"
    " AND id NOT IN (SELECT alert_id FROM told_of_alone WHERE account = ?)"
)


class SentAlone:
    """Emergencies and corrections that one person has sent without the second one, each revision by itself."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def untold(self, account: str, since: datetime) -> list[Accepted]:
        """Return what was sent since a moment and what an account has neither sent nor seen, the newest first."""
        rows = self._connections.read().execute(f"SELECT * {_UNTOLD} ORDER BY id DESC", [iso(since), account, account])
        return [accepted_of(row) for row in rows]

    def count_untold(self, account: str, since: datetime) -> int:
        """Return how many these are."""
        row = self._connections.read().execute(f"SELECT count(*) {_UNTOLD}", [iso(since), account, account]).fetchone()
        return int(row[0])

    def tell(self, identifier: str, revision: int, account: str, now: datetime) -> None:
        """Note that an account has seen that a revision went out with a reason."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO told_of_alone (alert_id, account, told_at) SELECT id, ?, ? FROM alerts"
                " WHERE identifier = ? AND revision = ? AND why_alone <> '' ON CONFLICT DO NOTHING",
                [account, iso(now), identifier, revision],
            )
