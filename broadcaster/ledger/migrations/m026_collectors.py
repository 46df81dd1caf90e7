"""Whether the further collectors run."""

from sqlite_utils import Database

from broadcaster.ledger.migrations.steps import migrations


@migrations()
def m026_collectors(db: Database) -> None:
    """When each further collector last said that it runs."""
    db.execute("CREATE TABLE collectors (number INTEGER PRIMARY KEY, sign_at TEXT NOT NULL)")
