"""Whether the further collectors run."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m026_collectors(db: Database) -> None:
    """When each further collector last said that it runs."""
    db.execute("CREATE TABLE collectors (number INTEGER PRIMARY KEY, sign_at TEXT NOT NULL)")
