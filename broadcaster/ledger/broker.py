"""Whether the centre reaches its broker."""

from dataclasses import dataclass
from datetime import datetime

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class BrokerState:
    """The state of the connection; `detail` is the reason of its absence, in English, for the log and the shell."""

    connected: bool
    detail: str
    since: datetime


class Broker:
    """The one row that says how the connection is."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def record(self, connected: bool, detail: str, now: datetime) -> None:
        """Keep the state; `since` changes only when the connection comes or goes."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO broker (id, connected, detail, since) VALUES (1, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET connected = excluded.connected, detail = excluded.detail,"
                " since = CASE WHEN broker.connected = excluded.connected THEN broker.since ELSE excluded.since END",
                [connected, detail, iso(now)],
            )

    def is_connected(self) -> bool:
        """Tell whether something can go out now."""
        state = self.state()
        return state is not None and state.connected

    def state(self) -> BrokerState | None:
        """Return the state, or None if the centre has never run."""
        row = self._connections.read().execute("SELECT * FROM broker").fetchone()
        if row is None:
            return None
        return BrokerState(bool(row["connected"]), row["detail"], datetime.fromisoformat(row["since"]))
