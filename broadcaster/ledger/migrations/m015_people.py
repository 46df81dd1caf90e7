"""The people who work with the pages."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m015_people(db: Database) -> None:
    """Sessions, links with which a password is set, the second step of the log-in, failures.

    Whatever opens something is kept as a hash, and so is the name of a failed log-in, where somebody may have typed a
    password. The index serves the page of the record.
    """
    db.execute("ALTER TABLE accounts ADD COLUMN suspended_at TEXT")
    db.execute("ALTER TABLE accounts ADD COLUMN totp_secret TEXT")
    db.execute("ALTER TABLE accounts ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0")
    db.execute(
        """
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY,
            token_hash TEXT NOT NULL UNIQUE,
            account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
            begun_at TEXT NOT NULL,
            seen_at TEXT NOT NULL,
            address TEXT NOT NULL,
            waits_for_code INTEGER NOT NULL,
            ended_at TEXT
        )
        """
    )
    db.execute("CREATE INDEX sessions_of_account ON sessions (account, begun_at)")
    db.execute(
        """
        CREATE TABLE password_links (
            id INTEGER PRIMARY KEY,
            token_hash TEXT NOT NULL UNIQUE,
            account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
            made_by TEXT NOT NULL,
            made_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            used_at TEXT,
            superseded_at TEXT
        )
        """
    )
    db.execute(
        """
        CREATE TABLE recovery_codes (
            account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
            code_hash TEXT NOT NULL,
            used_at TEXT,
            PRIMARY KEY (account, code_hash)
        )
        """
    )
    db.execute(
        """
        CREATE TABLE failures (
            name_hash TEXT NOT NULL,
            address TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_at TEXT NOT NULL,
            PRIMARY KEY (name_hash, address)
        ) WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX audit_by_time ON audit (at)")
