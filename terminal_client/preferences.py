"""What the household has set for itself, in the inbox's file: it outlives restarts and power cuts."""

from pathlib import Path

from sqlite_utils import Database, Migrations

from kokuchi.database import Connections

migrations = Migrations("preferences")


@migrations()
def m001_preferences(db: Database) -> None:
    """One row; NULL is what the settings say."""
    db.execute("CREATE TABLE preferences (id INTEGER PRIMARY KEY CHECK (id = 1), volume INTEGER)")
    db.execute("INSERT INTO preferences (id) VALUES (1)")


class Preferences:
    """Open them in the file of an inbox; raises DatabaseUnusable. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, migrations)

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def volume(self) -> int | None:
        """Return the household's volume in percent, or None if it has never set one."""
        volume: int | None = self._connections.read().execute("SELECT volume FROM preferences").fetchone()["volume"]
        return volume

    def keep_volume(self, percent: int) -> None:
        """Commit the household's volume."""
        with self._connections.write() as db:
            db.execute("UPDATE preferences SET volume = ?", [percent])
