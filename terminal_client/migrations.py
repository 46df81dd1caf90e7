"""The inbox's tables, step by step. A step that has been released is never edited; a change is a new step."""

from kokuchi.tables import Database, Migrations

migrations = Migrations("terminal")


@migrations()
def m001_inbox(db: Database) -> None:
    """One row a revision of an alert; quarantine keeps what could not be believed."""
    db.execute(
        """
        CREATE TABLE alerts (
            arrival INTEGER PRIMARY KEY,
            alert TEXT NOT NULL,
            revision INTEGER NOT NULL,
            expires_at TEXT NOT NULL,
            payload TEXT,
            received_at TEXT NOT NULL,
            displayed_at TEXT,
            voice_started_at TEXT,
            voiced_at TEXT,
            confirmed_at TEXT,
            outcome TEXT,
            reason TEXT NOT NULL DEFAULT '',
            changes INTEGER NOT NULL DEFAULT 1,
            told INTEGER NOT NULL DEFAULT 0,
            recorded INTEGER NOT NULL DEFAULT 0,
            UNIQUE (alert, revision)
        )
        """
    )
    db.execute("CREATE INDEX alerts_to_tell ON alerts (arrival) WHERE told < changes")
    db.execute(
        """
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY,
            arrived_at TEXT NOT NULL,
            topic TEXT NOT NULL,
            refusal TEXT NOT NULL,
            payload BLOB NOT NULL
        )
        """
    )


@migrations()
def m002_dictionary(db: Database) -> None:
    """The town's words, one row at most, and by which revision of them an alert was voiced."""
    db.execute(
        "CREATE TABLE dictionary"
        " (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, payload TEXT NOT NULL)"
    )
    db.execute("ALTER TABLE alerts ADD COLUMN dictionary INTEGER")


@migrations()
def m003_seen(db: Database) -> None:
    """Which revisions were ever here, and whether an alert was judged by a time that was known.

    An inbox that was made before the first release may have both already.
    """
    if "judged" not in db.table("alerts").columns_dict:
        db.execute("ALTER TABLE alerts ADD COLUMN judged INTEGER NOT NULL DEFAULT 1")
    db.execute(
        """
        CREATE TABLE IF NOT EXISTS seen (
            arrival INTEGER PRIMARY KEY,
            alert TEXT NOT NULL,
            revision INTEGER NOT NULL,
            UNIQUE (alert, revision)
        )
        """
    )
    db.execute("INSERT OR IGNORE INTO seen (alert, revision) SELECT alert, revision FROM alerts ORDER BY arrival")


@migrations()
def m004_silence(db: Database) -> None:
    """Why an alert was not said by itself though nothing is wrong."""
    db.execute("ALTER TABLE alerts ADD COLUMN silence TEXT")


@migrations()
def m005_settings(db: Database) -> None:
    """What the centre told this terminal about itself, one row at most, and in place of which grant."""
    db.execute(
        "CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL,"
        " granted TEXT NOT NULL, payload TEXT NOT NULL)"
    )
