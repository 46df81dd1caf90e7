"""What waits in the outbox waits until the broker has answered."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m029_outbox_unclaimed(db: Database) -> None:
    """Nothing is written of an attempt before it is made.

    A ledger has one publisher, and what was claimed of it meant no more than that it waited: a transaction that was
    between an alert and its households.
    """
    db.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'claimed'")
    db.execute("DROP INDEX outbox_open")
    db.execute("CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting'")
    db.execute("ALTER TABLE outbox DROP COLUMN attempts")
    db.execute("ALTER TABLE outbox DROP COLUMN attempted_at")
