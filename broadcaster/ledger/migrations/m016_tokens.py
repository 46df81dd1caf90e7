"""The interface for other programs."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m016_tokens(db: Database) -> None:
    """The tokens of other programs, and what these were answered. A token's name is never given twice."""
    db.execute(
        """
        CREATE TABLE api_tokens (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            secret_hash TEXT NOT NULL UNIQUE,
            scopes TEXT NOT NULL,
            made_by TEXT NOT NULL,
            made_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            revoked_at TEXT,
            revoked_by TEXT NOT NULL DEFAULT '',
            last_used_at TEXT
        )
        """
    )
    db.execute(
        """
        CREATE TABLE api_answers (
            token_id INTEGER NOT NULL REFERENCES api_tokens(id),
            key TEXT NOT NULL,
            request TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            status INTEGER,
            body TEXT NOT NULL DEFAULT '',
            location TEXT NOT NULL DEFAULT '',
            etag TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (token_id, key)
        )
        """
    )
    db.execute("CREATE INDEX api_answers_by_time ON api_answers (begun_at)")
