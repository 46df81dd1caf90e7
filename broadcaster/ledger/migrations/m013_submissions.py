"""What waits for approval or for its time."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m013_submissions(db: Database) -> None:
    """Drafts that wait for approval or for their time, what became of each of their times, and who was told.

    A submission's text is the draft's, which is locked until it is `returned`. `next_at` is when it is sent next.
    """
    db.execute(
        """
        CREATE TABLE submissions (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'planned', 'returned', 'closed')),
            at TEXT,
            days TEXT NOT NULL,
            until TEXT,
            next_at TEXT,
            submitted_by TEXT NOT NULL,
            submitted_at TEXT NOT NULL,
            reason TEXT NOT NULL,
            approved_by TEXT NOT NULL DEFAULT '',
            approved_at TEXT,
            note TEXT NOT NULL DEFAULT '',
            noted_by TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute("CREATE VIEW locked_drafts AS SELECT identifier FROM submissions WHERE state <> 'returned'")
    db.execute("CREATE INDEX submissions_due ON submissions (next_at) WHERE state = 'planned'")
    db.execute("CREATE INDEX submissions_waiting ON submissions (submitted_at) WHERE state = 'waiting'")
    db.execute("CREATE INDEX submissions_alone ON submissions (submitted_at) WHERE reason <> ''")
    db.execute(
        """
        CREATE TABLE occurrences (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL,
            at TEXT NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'missed', 'impossible')),
            detail TEXT NOT NULL,
            happened_at TEXT NOT NULL,
            settled_by TEXT NOT NULL DEFAULT '',
            settled_at TEXT,
            UNIQUE (identifier, at)
        )
        """
    )
    db.execute("CREATE INDEX occurrences_open ON occurrences (at) WHERE outcome <> 'sent' AND settled_at IS NULL")
    db.execute(
        """
        CREATE TABLE told_of_sent_alone (
            identifier TEXT NOT NULL,
            account TEXT NOT NULL,
            told_at TEXT NOT NULL,
            PRIMARY KEY (identifier, account)
        ) WITHOUT ROWID
        """
    )
