"""What the broker has to be told of, kept from the change itself until it knows."""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from kokuchi.database import Connections


def owe(db: Database, terminals: Iterable[str]) -> None:
    """Keep within the transaction of a change that the broker does not know of it yet."""
    # A new number each time: what was written before the change tells nobody of it.
    db.execute(
        "INSERT OR REPLACE INTO untold (terminal_id)"
        " SELECT id FROM terminals WHERE terminal IN (SELECT value FROM json_each(?))",
        [json.dumps(list(terminals))],
    )


class Untold:
    """The changes of terminals that the broker does not know of."""

    def __init__(self, connections: Connections) -> None:
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
