"""Which terminals the broker has to be told of, whatever has changed: a new password, an area, its leaving."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m023_roster(db: Database) -> None:
    """Keep what the broker does not know yet, by terminal; until now only codes that were used could be kept."""
    db.execute(
        """
        CREATE TABLE untold (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            terminal_id INTEGER NOT NULL UNIQUE REFERENCES terminals (id) ON DELETE CASCADE,
            fault TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute(
        "INSERT INTO untold (terminal_id, fault)"
        " SELECT terminal_id, max(broker_fault) FROM enrolment_codes WHERE broker_fault <> '' GROUP BY terminal_id"
    )
    db.execute("ALTER TABLE enrolment_codes DROP COLUMN broker_fault")
    db.execute("CREATE INDEX terminals_out_of_service ON terminals (terminal) WHERE service <> 'in_service'")
