"""What each terminal last said of itself."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from broadcaster.domain.delivery import faults
from kokuchi.storage import Database, Storage
from kokuchi.wire import Presence
from kokuchi.wire.fields import iso

_NOTE_CHANGE = """
INSERT INTO presence_changes (terminal_id, at, online, faults)
SELECT t.id, :arrived, :online, :faults FROM terminals AS t LEFT JOIN presences AS p ON p.terminal_id = t.id
WHERE t.terminal = :terminal AND t.service <> 'retired'
 AND (p.terminal_id IS NULL OR p.online <> :online OR p.faults <> :faults)
"""
_KEEP = """
INSERT INTO presences (sent_at, online, payload, changed_at, faults, terminal_id)
SELECT :sent_at, :online, :payload, :arrived, :faults, id FROM terminals
WHERE terminal = :terminal AND service <> 'retired'
ON CONFLICT (terminal_id) DO UPDATE SET
 changed_at = CASE WHEN presences.online = excluded.online THEN presences.changed_at ELSE excluded.changed_at END,
 sent_at = excluded.sent_at, online = excluded.online, payload = excluded.payload, faults = excluded.faults
"""


def take_for_away(db: Database, now: datetime, terminal_row: int | None = None) -> None:
    """Take whoever is connected for gone within a transaction: everybody, or the terminal in one row."""
    for statement in (
        "INSERT INTO presence_changes (terminal_id, at, online) SELECT terminal_id, ?1, 0 FROM presences",
        "UPDATE presences SET online = 0, faults = '', changed_at = ?1,"
        " payload = json_set(payload, '$.online', json('false'))",
    ):
        db.execute(f"{statement} WHERE online = 1 AND terminal_id = ifnull(?2, terminal_id)", [iso(now), terminal_row])


class Presences:
    """The newest presence of each terminal."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def record(self, presences: Iterable[Presence], now: datetime | None = None) -> None:
        """Keep each terminal's presence, arrived `now`. They come in the broker's order, which is the true one.

        Their own times are not: a last will bears the time at which its connection was made. So `changed_at`, since
        when a terminal is connected or not, is the centre's. Of a retired one nothing is kept that comes late: its
        household may be erased by then.
        """
        arrived = iso(now or datetime.now(UTC))
        with self._connections.write() as db, db.unanswered():
            for presence in presences:
                row = {
                    "sent_at": iso(presence.sent),
                    "online": presence.online,
                    "payload": presence.model_dump_json(exclude_none=True),
                    "arrived": arrived,
                    "terminal": presence.terminal,
                    "faults": ",".join(faults(presence)) if presence.online else "",
                }
                # One after the other: a terminal may go and come back within a batch.
                db.execute(_NOTE_CHANGE, row)
                db.execute(_KEEP, row)

    def doubt(self, now: datetime | None = None) -> None:
        """Take every terminal for disconnected until it speaks: the broker has lost what it knew of them."""
        with self._connections.write() as db:
            take_for_away(db, now or datetime.now(UTC))

    def all(self) -> dict[str, Presence]:
        """Return the presence of every terminal that has ever been seen."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, p.payload FROM presences AS p JOIN terminals AS t ON t.id = p.terminal_id"
        )
        return {row["terminal"]: Presence.model_validate_json(row["payload"]) for row in rows}

    def since(self, terminals: Sequence[str]) -> dict[str, datetime]:
        """Return since when each of these is connected or not, by the centre's clock; those never seen are left out."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, ifnull(p.changed_at, p.sent_at) AS since FROM json_each(?) AS e"
            " CROSS JOIN terminals AS t JOIN presences AS p ON p.terminal_id = t.id WHERE t.terminal = e.value",
            [json.dumps(list(terminals))],
        )
        return {row["terminal"]: datetime.fromisoformat(row["since"]) for row in rows}
