"""What goes wrong at the centre and in the town, and the mails about it."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m021_incidents(db: Database) -> None:
    """Incidents from beginning to end, the sign of life of the running centre, the mails to the operators."""
    db.execute(
        """
        CREATE TABLE incidents (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            urgency TEXT NOT NULL,
            payload TEXT NOT NULL,
            began_at TEXT NOT NULL,
            ended_at TEXT,
            told_at TEXT,
            end_told_at TEXT
        )
        """
    )
    db.execute("CREATE UNIQUE INDEX incidents_standing ON incidents (kind, key) WHERE ended_at IS NULL")
    db.execute("CREATE INDEX incidents_by_end ON incidents (ended_at)")
    db.execute(
        """
        CREATE TABLE heartbeat (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            beat_at TEXT NOT NULL,
            checked_at TEXT,
            fault TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute(
        """
        CREATE TABLE mails (
            id INTEGER PRIMARY KEY,
            message_id TEXT NOT NULL UNIQUE,
            digest INTEGER NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            made_at TEXT NOT NULL,
            sent_at TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt_at TEXT NOT NULL,
            failure TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute("CREATE INDEX mails_waiting ON mails (next_attempt_at) WHERE sent_at IS NULL")
    db.execute("CREATE INDEX quarantine_by_time ON quarantine (arrived_at)")
