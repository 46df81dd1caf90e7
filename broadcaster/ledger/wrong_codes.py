"""How many enrolment codes were tried that nobody has made: many of them within a day are guesses."""

from datetime import datetime, timedelta

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

_KEPT = timedelta(days=2)


class WrongCodes:
    """Counts by the hour; neither the codes nor who tried them are kept."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def count(self, now: datetime) -> None:
        """Count one more."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO wrong_codes (hour, tried) VALUES (?, 1) ON CONFLICT (hour) DO UPDATE"
                " SET tried = wrong_codes.tried + 1",
                [iso(hour)],
            )
            db.execute("DELETE FROM wrong_codes WHERE hour < ?", [iso(now - _KEPT)])

    def since(self, moment: datetime) -> int:
        """Return how many were tried in the hours that began since."""
        row = self._connections.read().execute(
            "SELECT ifnull(sum(tried), 0) FROM wrong_codes WHERE hour >= ?", [iso(moment)]
        )
        return int(row.fetchone()[0])
