"""Who comes into service while alerts are valid: they are for this household too, and one that was withdrawn goes."""

from datetime import datetime

from broadcaster.domain.delivery import reminder_after
from broadcaster.ledger.terminals import terminal_of
from kokuchi.storage import Database
from kokuchi.wire import Alert
from kokuchi.wire.fields import iso

_VALID = """
SELECT a.id, a.payload, EXISTS (SELECT 1 FROM held_alerts WHERE id = a.id) AS held,
 EXISTS (SELECT 1 FROM deliveries AS d JOIN alerts AS b ON b.id = d.alert_id
  WHERE b.identifier = a.identifier AND d.terminal_id = ?2) AS known
FROM alerts AS a WHERE a.expires_at > ?1
 AND a.revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)
"""


def address(db: Database, terminal_row: int, now: datetime) -> None:
    """Address to a terminal what is valid and meant for it, within the transaction of its coming.

    Its next sync brings that. A later revision of what it was sent before it left is for it in any case; a withdrawal
    of what it never had is not.
    """
    row = db.execute("SELECT * FROM terminals WHERE id = ?", [terminal_row]).fetchone()
    membership = terminal_of(row).membership
    for valid in db.execute(_VALID, [iso(now), terminal_row]).fetchall():
        alert = Alert.model_validate_json(valid["payload"])
        if valid["known"] or (alert.audience.includes(membership) and not alert.is_cancel):
            db.execute(
                "INSERT INTO deliveries (alert_id, terminal_id, next_attempt_at) VALUES (?1, ?2, ?3)"
                " ON CONFLICT (alert_id, terminal_id) DO UPDATE SET next_attempt_at = ?3"
                " WHERE deliveries.received_at IS NULL",
                [valid["id"], terminal_row, None if valid["held"] else iso(now + reminder_after(0))],
            )
