"""What is done after sending."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m014_resends(db: Database) -> None:
    """When an alert was sent again to some of its terminals by hand. `number` counts them, so that one person wins."""
    db.execute(
        """
        CREATE TABLE resends (
            id INTEGER PRIMARY KEY,
            alert_id INTEGER NOT NULL REFERENCES alerts(id),
            number INTEGER NOT NULL,
            at TEXT NOT NULL,
            by TEXT NOT NULL,
            terminals INTEGER NOT NULL,
            UNIQUE (alert_id, number)
        )
        """
    )
    db.execute("CREATE INDEX alerts_by_category ON alerts (category, sent_at)")
