"""What the delivery log is searched by, and what each terminal said of itself over time."""

from collections.abc import Mapping

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database

# What one delivery adds to the sums of its alert, with {} as the row. `missing` and `troubled` follow the order of
# broadcaster.ledger.progress: what stands out whatever the terminal's presence, and what depends on it.
ADDS = {
    "addressed": "1",
    "received": "({0}.received_at IS NOT NULL)",
    "displayed": "({0}.displayed_at IS NOT NULL)",
    "voiced": "({0}.voiced_at IS NOT NULL)",
    "confirmed": "({0}.confirmed_at IS NOT NULL)",
    "voice_failed": "(ifnull({0}.outcome, '') = 'voice_failed' AND {0}.voiced_at IS NULL)",
    "refused": "(ifnull({0}.outcome, '') = 'refused')",
    "missing": "({0}.received_at IS NULL AND {0}.outcome IS NULL)",
    "troubled": """(CASE
     WHEN {0}.outcome = 'refused' OR ({0}.outcome = 'voice_failed' AND {0}.voiced_at IS NULL) THEN 1
     WHEN {0}.outcome = 'expired' AND {0}.voiced_at IS NULL
      AND NOT (ifnull({0}.silence, '') IN ('summarised', 'declined') AND {0}.displayed_at IS NOT NULL) THEN 1
     WHEN {0}.received_at IS NULL AND {0}.outcome IS NULL THEN 0
     ELSE {0}.voiced_at IS NOT NULL AND {0}.displayed_at IS NULL END)""",
}
_WATCHED = ("received_at", "displayed_at", "voiced_at", "confirmed_at", "outcome", "silence")


@migrations()
def m020_alert_reach(db: Database) -> None:
    """How far each alert has come, in sums that triggers keep: whoever writes deliveries cannot forget them."""
    db.execute(
        "CREATE INDEX deliveries_by_outcome ON deliveries (alert_id, outcome, voiced_at) WHERE outcome IS NOT NULL"
    )
    sums = ", ".join(f"{name} INTEGER NOT NULL DEFAULT 0" for name in ADDS)
    db.execute(f"CREATE TABLE alert_reach (alert_id INTEGER PRIMARY KEY REFERENCES alerts(id), {sums})")
    db.execute("INSERT INTO alert_reach (alert_id) SELECT id FROM alerts")
    counted = ", ".join(f"sum({add.format('d')})" for add in ADDS.values())
    db.execute(
        f"INSERT OR REPLACE INTO alert_reach (alert_id, {', '.join(ADDS)})"  # noqa: S608 - constants
        f" SELECT d.alert_id, {counted} FROM deliveries AS d GROUP BY d.alert_id"
    )
    db.execute(
        "CREATE TRIGGER alert_reach_begins AFTER INSERT ON alerts BEGIN"
        " INSERT INTO alert_reach (alert_id) VALUES (NEW.id); END"
    )
    db.execute(
        "CREATE TRIGGER alert_reach_ends BEFORE DELETE ON alerts BEGIN"
        " DELETE FROM alert_reach WHERE alert_id = OLD.id; END"
    )
    keep_sums(db, ADDS)


def keep_sums(db: Database, adds: Mapping[str, str]) -> None:
    """Make the triggers that keep what `adds` names, each of which has the shape of ADDS."""
    _keep(db, "INSERT", "", "NEW", {name: f"{name} + {add.format('NEW')}" for name, add in adds.items()})
    _keep(db, "DELETE", "", "OLD", {name: f"{name} - {add.format('OLD')}" for name, add in adds.items()})
    moved = {name: f"{name} + {add.format('NEW')} - {add.format('OLD')}" for name, add in adds.items() if add != "1"}
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _WATCHED)
    _keep(db, f"UPDATE OF {', '.join(_WATCHED)}", f"WHEN {changed}", "NEW", moved)


def _keep(db: Database, act: str, when: str, row: str, sums: dict[str, str]) -> None:
    name = f"alert_reach_{act.partition(' ')[0].lower()}"
    assigned = ", ".join(f"{column} = {value}" for column, value in sums.items())
    db.execute(
        f"CREATE TRIGGER {name} AFTER {act} ON deliveries {when} BEGIN"  # noqa: S608 - constants
        f" UPDATE alert_reach SET {assigned} WHERE alert_id = {row}.alert_id; END"
    )


@migrations()
def m020_presence_changes(db: Database) -> None:
    """When a terminal came, went or said that something is wrong, or no more. It begins with how each one is now."""
    db.execute("ALTER TABLE presences ADD COLUMN faults TEXT NOT NULL DEFAULT ''")
    db.execute(
        """
        CREATE TABLE presence_changes (
            id INTEGER PRIMARY KEY,
            terminal_id INTEGER NOT NULL REFERENCES terminals(id),
            at TEXT NOT NULL,
            online INTEGER NOT NULL,
            faults TEXT NOT NULL DEFAULT ''
        )
        """
    )
    db.execute("CREATE INDEX presence_changes_of_terminal ON presence_changes (terminal_id, at)")
    db.execute("CREATE INDEX presence_changes_by_time ON presence_changes (at)")
    db.execute(
        "INSERT INTO presence_changes (terminal_id, at, online)"
        " SELECT terminal_id, ifnull(changed_at, sent_at), online FROM presences"
    )
