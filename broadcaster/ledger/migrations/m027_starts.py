"""Whether the centre ends without being told to."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m027_starts(db: Database) -> None:
    """The centre's starts of the last day, each with the time at which it ended in order."""
    db.execute("CREATE TABLE starts (id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT)")
