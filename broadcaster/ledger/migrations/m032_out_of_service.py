"""Deliveries that nobody will make any more, since their terminals have left service."""

from broadcaster.ledger.migrations.m020_log import ADDS, keep_sums
from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database

_MISSING = ADDS["missing"]
# A CASE, so that a terminal is looked up only for what is missing: SQLite works out both sides of an AND.
_OUT_OF_SERVICE = (
    f"(CASE WHEN {_MISSING} THEN"  # noqa: S608 - constants
    " EXISTS (SELECT 1 FROM terminals WHERE id = {0}.terminal_id AND service <> 'in_service') ELSE 0 END)"
)


@migrations()
def m032_out_of_service(db: Database) -> None:
    """Of those that have said nothing of an alert, how many are out of service now, kept by triggers as the others."""
    db.execute("ALTER TABLE alert_reach ADD COLUMN out_of_service INTEGER NOT NULL DEFAULT 0")
    for act in ("insert", "delete", "update"):
        db.execute(f"DROP TRIGGER alert_reach_{act}")
    keep_sums(db, {**ADDS, "out_of_service": _OUT_OF_SERVICE})
    # Alert by alert, by the key: there is no index of deliveries by terminal (m025_growth.py).
    db.execute(
        "CREATE TRIGGER alert_reach_service AFTER UPDATE OF service ON terminals"  # noqa: S608 - constants
        " WHEN (OLD.service = 'in_service') <> (NEW.service = 'in_service') BEGIN"
        " UPDATE alert_reach SET out_of_service = out_of_service + iif(NEW.service = 'in_service', -1, 1)"
        " WHERE missing > 0 AND EXISTS (SELECT 1 FROM deliveries AS d WHERE d.alert_id = alert_reach.alert_id"
        f" AND d.terminal_id = NEW.id AND {_MISSING.format('d')}); END"
    )
    db.execute(
        "UPDATE alert_reach SET out_of_service = (SELECT count(*) FROM terminals AS t CROSS JOIN deliveries AS d"  # noqa: S608 - constants
        f" WHERE t.service <> 'in_service' AND d.alert_id = alert_reach.alert_id AND d.terminal_id = t.id"
        f" AND {_MISSING.format('d')}) WHERE missing > 0"
    )
