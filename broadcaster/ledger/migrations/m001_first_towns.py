"""Alerts and their deliveries, the roster, accounts, the dictionary, requests, codes, drafts."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m001_terminals(db: Database) -> None:
    """The roster, each terminal's broker password as a hash, and what it last said of itself."""
    db.execute(
        """
        CREATE TABLE terminals (
            id INTEGER PRIMARY KEY,
            terminal TEXT NOT NULL UNIQUE,
            household TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('household', 'business')),
            area TEXT NOT NULL,
            groups TEXT NOT NULL DEFAULT '[]',
            password_hash TEXT NOT NULL,
            created_at TEXT NOT NULL
        )
        """
    )
    db.execute(
        """
        CREATE TABLE presences (
            terminal_id INTEGER PRIMARY KEY REFERENCES terminals(id),
            sent_at TEXT NOT NULL,
            online INTEGER NOT NULL,
            payload TEXT NOT NULL
        )
        """
    )


@migrations()
def m002_alerts(db: Database) -> None:
    """One row a revision; the outbox has one row for each topic that it is published on."""
    db.execute(
        """
        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL,
            revision INTEGER NOT NULL,
            category TEXT NOT NULL,
            sent_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            accepted_by TEXT NOT NULL,
            payload TEXT NOT NULL,
            UNIQUE (identifier, revision)
        )
        """
    )
    db.execute("CREATE INDEX alerts_by_time ON alerts (sent_at)")
    db.execute("CREATE INDEX alerts_by_end ON alerts (expires_at)")
    db.execute(
        """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            alert_id INTEGER NOT NULL REFERENCES alerts(id),
            topic TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'published', 'expired')),
            attempts INTEGER NOT NULL DEFAULT 0,
            attempted_at TEXT,
            published_at TEXT,
            failure TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute("CREATE INDEX outbox_open ON outbox (state, id) WHERE state IN ('waiting', 'claimed')")
    db.execute("CREATE INDEX outbox_of_alert ON outbox (alert_id)")


@migrations()
def m003_deliveries(db: Database) -> None:
    """One wide row for each alert and terminal; quarantine keeps what a terminal said and nobody understood."""
    db.execute(
        """
        CREATE TABLE deliveries (
            alert_id INTEGER NOT NULL REFERENCES alerts(id),
            terminal_id INTEGER NOT NULL REFERENCES terminals(id),
            received_at TEXT,
            displayed_at TEXT,
            voice_started_at TEXT,
            voiced_at TEXT,
            confirmed_at TEXT,
            outcome TEXT,
            reason TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (alert_id, terminal_id)
        ) WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX deliveries_of_terminal ON deliveries (terminal_id, alert_id)")
    db.execute(
        """
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY,
            arrived_at TEXT NOT NULL,
            topic TEXT NOT NULL,
            refusal TEXT NOT NULL,
            detail TEXT NOT NULL,
            payload BLOB NOT NULL
        )
        """
    )


@migrations()
def m004_accounts(db: Database) -> None:
    """Who may log in."""
    db.execute(
        """
        CREATE TABLE accounts (
            name TEXT PRIMARY KEY,
            display_name TEXT NOT NULL,
            role TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            created_at TEXT NOT NULL
        )
        """
    )


@migrations()
def m005_broker(db: Database) -> None:
    """Whether the centre reaches its broker, so that pages and other processes can tell."""
    db.execute(
        """
        CREATE TABLE broker (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            connected INTEGER NOT NULL,
            detail TEXT NOT NULL,
            since TEXT NOT NULL
        )
        """
    )


@migrations()
def m006_reminders(db: Database) -> None:
    """How often an alert was sent again to a terminal that says nothing, and when it is due once more."""
    db.execute("ALTER TABLE deliveries ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE deliveries ADD COLUMN next_attempt_at TEXT")
    db.execute(
        "CREATE INDEX deliveries_to_remind ON deliveries (next_attempt_at)"
        " WHERE next_attempt_at IS NOT NULL AND received_at IS NULL"
    )


@migrations()
def m007_dictionary(db: Database) -> None:
    """How words are read: every change of the staff's words, and the one dictionary that stands.

    A change without a reading is a removal; `revision` is the one that the change made. The dictionary keeps
    the base words as they were last read from the files, and the message for the terminals.
    """
    db.execute(
        """
        CREATE TABLE dictionary_changes (
            id INTEGER PRIMARY KEY,
            word TEXT NOT NULL,
            reading TEXT,
            accent INTEGER,
            example TEXT NOT NULL DEFAULT '',
            example_reading TEXT NOT NULL DEFAULT '',
            revision INTEGER NOT NULL,
            changed_by TEXT NOT NULL,
            changed_at TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX dictionary_changes_of_word ON dictionary_changes (word, id)")
    db.execute("CREATE INDEX dictionary_changes_of_revision ON dictionary_changes (revision)")
    db.execute(
        """
        CREATE TABLE dictionary (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revision INTEGER NOT NULL,
            made_at TEXT NOT NULL,
            base TEXT NOT NULL,
            payload TEXT NOT NULL
        )
        """
    )
    db.execute("ALTER TABLE alerts ADD COLUMN dictionary INTEGER")
    db.execute("ALTER TABLE deliveries ADD COLUMN dictionary INTEGER")


@migrations()
def m008_requests(db: Database) -> None:
    """Households that want to be called back, and why an alert was not said though nothing is wrong.

    A request's name is its terminal's own: two terminals may give the same.
    """
    db.execute(
        """
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY,
            terminal_id INTEGER NOT NULL REFERENCES terminals(id),
            identifier TEXT NOT NULL,
            asked_at TEXT NOT NULL,
            withdrawn_at TEXT,
            alert TEXT,
            revision INTEGER,
            received_at TEXT NOT NULL,
            done_at TEXT,
            done_by TEXT NOT NULL DEFAULT '',
            UNIQUE (terminal_id, identifier)
        )
        """
    )
    db.execute("CREATE INDEX requests_open ON requests (id) WHERE withdrawn_at IS NULL AND done_at IS NULL")
    db.execute("ALTER TABLE deliveries ADD COLUMN silence TEXT")


@migrations()
def m009_enrolment(db: Database) -> None:
    """The codes with which devices take over terminals, hashed; a code is never given out twice."""
    db.execute(
        """
        CREATE TABLE enrolment_codes (
            id INTEGER PRIMARY KEY,
            terminal_id INTEGER NOT NULL REFERENCES terminals(id),
            code_hash TEXT NOT NULL UNIQUE,
            made_by TEXT NOT NULL,
            made_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            used_at TEXT,
            used_by TEXT NOT NULL DEFAULT '',
            superseded_at TEXT,
            broker_fault TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute("CREATE INDEX enrolment_codes_of_terminal ON enrolment_codes (terminal_id, id)")


@migrations()
def m010_audit(db: Database) -> None:
    """What people did. A line is written once: the database refuses to change or delete it."""
    db.execute(
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            deed TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL DEFAULT ''
        )
        """
    )
    for act in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER audit_refuses_{act.lower()} BEFORE {act} ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the record of deeds is never changed'); END"
        )


@migrations()
def m011_drafts(db: Database) -> None:
    """What is being written; a draft whose identifier an alert has was sent."""
    db.execute(
        """
        CREATE TABLE drafts (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            written TEXT NOT NULL,
            author TEXT NOT NULL,
            created_at TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            changed_at TEXT NOT NULL
        )
        """
    )
