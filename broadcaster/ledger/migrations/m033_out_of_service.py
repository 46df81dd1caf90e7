"""Deliveries that nobody will make any more, since their terminals have left service."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database

_MISSING = "{0}.received_at IS NULL AND {0}.outcome IS NULL"
_OUT_OF_SERVICE = "EXISTS (SELECT 1 FROM terminals WHERE id = {0}.terminal_id AND service <> 'in_service')"
# In each trigger, which deliveries of a terminal out of service change the sum, and by how much.
_ACTS = {
    "INSERT": ("NEW", _MISSING.format("NEW"), "1"),
    "DELETE": ("OLD", _MISSING.format("OLD"), "-1"),
    "UPDATE OF received_at, outcome": (
        "NEW",
        f"({_MISSING.format('NEW')}) <> ({_MISSING.format('OLD')})",
        f"iif({_MISSING.format('NEW')}, 1, -1)",
    ),
}


@migrations()
def m033_out_of_service(db: Database) -> None:
    """Of those that have said nothing of an alert, how many are out of service now, kept by triggers as the others."""
    db.execute("ALTER TABLE alert_reach ADD COLUMN out_of_service INTEGER NOT NULL DEFAULT 0")
    for act, (row, moves, by) in _ACTS.items():
        db.execute(
            f"CREATE TRIGGER alert_reach_out_of_service_{act.partition(' ')[0].lower()} AFTER {act} ON deliveries"  # noqa: S608 - constants
            f" WHEN {moves} AND {_OUT_OF_SERVICE.format(row)} BEGIN"
            f" UPDATE alert_reach SET out_of_service = out_of_service + {by} WHERE alert_id = {row}.alert_id; END"
        )
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
