"""A correction too may go out with a reason instead of the approval that it needs."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m031_alone(db: Database) -> None:
    """Why a revision went out alone is the revision's, and so is who was told of it.

    Until now it was the submission's, and there is one submission for all revisions.
    """
    db.execute("ALTER TABLE alerts ADD COLUMN why_alone TEXT NOT NULL DEFAULT ''")
    db.execute(
        "UPDATE alerts SET why_alone = (SELECT reason FROM submissions WHERE identifier = alerts.identifier)"
        " WHERE revision = 1 AND identifier IN (SELECT identifier FROM submissions WHERE reason <> '')"
    )
    db.execute("CREATE INDEX alerts_alone ON alerts (sent_at) WHERE why_alone <> ''")
    db.execute("DROP INDEX submissions_alone")
    db.execute(
        """
        CREATE TABLE told_of_alone (
            alert_id INTEGER NOT NULL REFERENCES alerts(id),
            account TEXT NOT NULL,
            told_at TEXT NOT NULL,
            PRIMARY KEY (alert_id, account)
        ) WITHOUT ROWID
        """
    )
    db.execute(
        "INSERT INTO told_of_alone (alert_id, account, told_at) SELECT a.id, t.account, t.told_at"
        " FROM told_of_sent_alone AS t JOIN alerts AS a ON a.identifier = t.identifier AND a.why_alone <> ''"
    )
    db.execute("DROP TABLE told_of_sent_alone")
