"""What the broker has to be told of, kept from the change itself until it knows."""

import json
from collections.abc import Iterable

from kokuchi.storage import Database, Storage


def owe(db: Database, terminals: Iterable[str]) -> None:
    """Keep within the transaction of a change that the broker does not know of it yet."""
    # A new number each time: what was written before the change tells nobody of it.
    theirs = "SELECT id FROM terminals WHERE terminal IN (SELECT value FROM json_each(?))"
    named = [json.dumps(list(terminals))]
    db.execute(f"DELETE FROM untold WHERE terminal_id IN ({theirs})", named)  # noqa: S608 - a constant
    db.execute(f"INSERT INTO untold (terminal_id) {theirs}", named)


class Untold:
    """The changes of terminals that the broker does not know of."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def newest(self) -> int:
        """Return the number of the newest change that the broker has to be told of, 0 if there is none."""
        row = self._connections.read().execute("SELECT ifnull(max(number), 0) AS newest FROM untold").fetchone()
        return int(row["newest"])

    def told(self, newest: int) -> None:
        """Keep that the broker knows of every change up to this number."""
        with self._connections.write() as db:
            db.execute("DELETE FROM untold WHERE number <= ?", [newest])

    def failed(self, newest: int, fault: str) -> None:
        """Keep why the broker could not be told of the changes up to this number."""
        with self._connections.write() as db:
            db.execute("UPDATE untold SET fault = ? WHERE number <= ? AND fault <> ?", [fault, newest, fault])

    def terminals(self) -> list[str]:
        """Return the terminals of which the broker could not be told."""
        rows = self._connections.read().execute(
            "SELECT t.terminal FROM untold AS u JOIN terminals AS t ON t.id = u.terminal_id"
            " WHERE u.fault <> '' ORDER BY t.terminal"
        )
        return [row["terminal"] for row in rows]
