"""The tables' later steps, for what the staff do on their pages; the rules are those of the earlier ones."""

from sqlite_utils import Database

from broadcaster.ledger.migrations import migrations as migrations


@migrations()
def m017_requests_taken(db: Database) -> None:
    """Who will call a household back, and what was talked about."""
    db.execute("ALTER TABLE requests ADD COLUMN taken_at TEXT")
    db.execute("ALTER TABLE requests ADD COLUMN taken_by TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE requests ADD COLUMN note TEXT NOT NULL DEFAULT ''")
