"""Days that a repeated broadcast leaves out."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m030_left_out(db: Database) -> None:
    """The days that a planned submission leaves out, in the town's time, and who has last changed them."""
    db.execute("ALTER TABLE submissions ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]'")
    db.execute("ALTER TABLE submissions ADD COLUMN left_out_by TEXT NOT NULL DEFAULT ''")
