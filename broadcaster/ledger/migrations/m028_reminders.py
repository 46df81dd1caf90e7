"""When those who have not answered are first reminded."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m028_first_reminder(db: Database) -> None:
    """The first reminder is the alert's, one time for all of its deliveries.

    A time in each of thousands of deliveries, with an entry in an index that nearly each of them left within seconds,
    was a third of what accepting an alert wrote.
    """
    db.execute("ALTER TABLE alerts ADD COLUMN remind_at TEXT")
    db.execute("CREATE INDEX alerts_to_remind ON alerts (remind_at) WHERE remind_at IS NOT NULL")
