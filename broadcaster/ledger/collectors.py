"""The further collectors' signs of life: they run as processes of their own, perhaps on machines of their own."""

from collections.abc import Mapping
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


class Collectors:
    """One row for each of them."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def give_sign(self, number: int, now: datetime) -> None:
        """Say that the collector of a number runs, and can write."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO collectors (number, sign_at) VALUES (?, ?)"
                " ON CONFLICT (number) DO UPDATE SET sign_at = excluded.sign_at",
                [number, iso(now)],
            )

    def signs(self) -> Mapping[int, datetime]:
        """Return the last sign of life of each collector that has ever run, by its number."""
        rows = self._connections.read().execute("SELECT number, sign_at FROM collectors")
        return {row["number"]: datetime.fromisoformat(row["sign_at"]) for row in rows}
