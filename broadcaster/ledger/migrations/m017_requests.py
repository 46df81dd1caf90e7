"""Who takes a call that a household wishes for, and what was talked about."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m017_requests_taken(db: Database) -> None:
    """Who will call a household back, and what was talked about."""
    db.execute("ALTER TABLE requests ADD COLUMN taken_at TEXT")
    db.execute("ALTER TABLE requests ADD COLUMN taken_by TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE requests ADD COLUMN note TEXT NOT NULL DEFAULT ''")
