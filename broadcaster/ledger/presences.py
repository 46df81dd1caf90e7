"""What each terminal last said of itself."""

from collections.abc import Iterable

from kokuchi.database import Connections
from kokuchi.wire import Presence
from kokuchi.wire.fields import iso


class Presences:
    """The newest presence of each terminal."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, presences: Iterable[Presence]) -> None:
        """Keep each terminal's presence. They come in the broker's order, which is the true one.

        Their own times are not: a last will bears the time at which its connection was made.
        """
        rows = [
            (iso(presence.sent), presence.online, presence.model_dump_json(exclude_none=True), presence.terminal)
            for presence in presences
        ]
        with self._connections.write() as db:
            db.conn.executemany(
                "INSERT INTO presences (sent_at, online, payload, terminal_id)"
                " SELECT ?, ?, ?, id FROM terminals WHERE terminal = ?"
                " ON CONFLICT (terminal_id) DO UPDATE SET"
                " sent_at = excluded.sent_at, online = excluded.online, payload = excluded.payload",
                rows,
            )

    def doubt(self) -> None:
        """Take every terminal for disconnected until it speaks: the broker has lost what it knew of them."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE presences SET online = 0, payload = json_set(payload, '$.online', json('false')) WHERE online"
            )

    def all(self) -> dict[str, Presence]:
        """Return the presence of every terminal that has ever been seen."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, p.payload FROM presences AS p JOIN terminals AS t ON t.id = p.terminal_id"
        )
        return {row["terminal"]: Presence.model_validate_json(row["payload"]) for row in rows}
