"""What a restored ledger must not do by itself, and how long the record of deeds is kept."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m022_backups(db: Database) -> None:
    """Alerts that a restore holds back until somebody has looked at them, and the restores themselves.

    `surpassed_by` is a later revision that terminals have told of: one that was sent after the backup was made. The
    record of deeds can now be cut, by nobody before five years are over.
    """
    db.execute("ALTER TABLE alerts ADD COLUMN held_at TEXT")
    db.execute("ALTER TABLE alerts ADD COLUMN released_at TEXT")
    db.execute("ALTER TABLE alerts ADD COLUMN surpassed_by INTEGER")
    db.execute("CREATE INDEX alerts_held ON alerts (id) WHERE held_at IS NOT NULL AND released_at IS NULL")
    db.execute("CREATE VIEW held_alerts AS SELECT * FROM alerts WHERE held_at IS NOT NULL AND released_at IS NULL")
    db.execute(
        """
        CREATE TABLE restores (
            id INTEGER PRIMARY KEY,
            backup_made_at TEXT NOT NULL,
            restored_at TEXT NOT NULL
        )
        """
    )
    db.execute("DROP TRIGGER audit_refuses_delete")
    db.execute(
        "CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit"
        " WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-5 years')"
        " BEGIN SELECT RAISE(ABORT, 'the record of deeds is kept for five years'); END"
    )
