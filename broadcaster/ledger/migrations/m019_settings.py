"""The town's signing keys, and what each terminal was told about itself."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m019_settings(db: Database) -> None:
    """Keys in the order in which they were made; a row for each terminal that was ever told something.

    `content` stands for what revision `revision` says, `signer` for the key that has signed it, for a terminal that was
    known to hold `signed_for`. `held` and `taken` are what the terminal last said, or what it was granted.
    """
    db.execute(
        """
        CREATE TABLE signing_keys (
            id INTEGER PRIMARY KEY,
            kid TEXT NOT NULL UNIQUE,
            public_pem TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('next', 'current', 'former', 'revoked')),
            made_at TEXT NOT NULL,
            state_at TEXT NOT NULL
        )
        """
    )
    db.execute(
        """
        CREATE TABLE terminal_settings (
            terminal_id INTEGER PRIMARY KEY REFERENCES terminals(id) ON DELETE CASCADE,
            revision INTEGER NOT NULL DEFAULT 0,
            content TEXT NOT NULL DEFAULT '',
            made_at TEXT NOT NULL DEFAULT '',
            signer TEXT NOT NULL DEFAULT '',
            signed_for TEXT,
            published INTEGER NOT NULL DEFAULT 0,
            held TEXT,
            taken INTEGER
        )
        """
    )
