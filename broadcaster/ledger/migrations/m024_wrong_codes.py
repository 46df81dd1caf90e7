"""Whether somebody guesses enrolment codes."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m024_wrong_codes(db: Database) -> None:
    """How many codes that nobody has made were tried in an hour, for the last two days."""
    db.execute("CREATE TABLE wrong_codes (hour TEXT PRIMARY KEY, tried INTEGER NOT NULL) WITHOUT ROWID")
