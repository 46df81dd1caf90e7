"""What running for years needs of each terminal, and the backups that were made."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m018_service(db: Database) -> None:
    """Whether a terminal takes part, since when it is connected or not by the centre's clock, and the backups."""
    db.execute(
        "ALTER TABLE terminals ADD COLUMN service TEXT NOT NULL DEFAULT 'in_service'"
        " CHECK (service IN ('in_service', 'suspended', 'retired'))"
    )
    db.execute("ALTER TABLE terminals ADD COLUMN service_at TEXT")
    db.execute("CREATE INDEX terminals_in_service ON terminals (terminal) WHERE service = 'in_service'")
    db.execute("ALTER TABLE presences ADD COLUMN changed_at TEXT")
    db.execute(
        """
        CREATE TABLE backups (
            id INTEGER PRIMARY KEY,
            made_at TEXT NOT NULL,
            file TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            checked_at TEXT
        )
        """
    )
