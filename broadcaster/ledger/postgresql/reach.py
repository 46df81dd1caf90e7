"""The triggers that keep how far each alert has come, as m020_log.py makes them for SQLite.

These count what a whole statement has changed, so that a batch of reports changes the sums of an alert once.
"""

# What one delivery adds to the sums of its alert, as a condition on its row.
_ADDS = {
    "addressed": "TRUE",
    "received": "received_at IS NOT NULL",
    "displayed": "displayed_at IS NOT NULL",
    "voiced": "voiced_at IS NOT NULL",
    "confirmed": "confirmed_at IS NOT NULL",
    "voice_failed": "outcome = 'voice_failed' AND voiced_at IS NULL",
    "refused": "outcome = 'refused'",
    "missing": "received_at IS NULL AND outcome IS NULL",
    "troubled": """CASE
     WHEN outcome = 'refused' OR (outcome = 'voice_failed' AND voiced_at IS NULL) THEN TRUE
     WHEN outcome = 'expired' AND voiced_at IS NULL
      AND NOT (coalesce(silence, '') IN ('summarised', 'declined') AND displayed_at IS NOT NULL) THEN TRUE
     WHEN received_at IS NULL AND outcome IS NULL THEN FALSE
     ELSE voiced_at IS NOT NULL AND displayed_at IS NULL END""",
}
_ROWS = {
    "INSERT": ("NEW TABLE AS now_there", "SELECT 1 AS sign, * FROM now_there"),
    "DELETE": ("OLD TABLE AS there_before", "SELECT -1 AS sign, * FROM there_before"),
    "UPDATE": (
        "OLD TABLE AS there_before NEW TABLE AS now_there",
        "SELECT 1 AS sign, * FROM now_there UNION ALL SELECT -1, * FROM there_before",
    ),
}


def reach_triggers() -> str:
    """Return the statements that make them."""
    return "\n".join(_triggers(act) for act in _ROWS)


def _triggers(act: str) -> str:
    tables, rows = _ROWS[act]
    sums = ", ".join(
        f"coalesce(sum(sign) FILTER (WHERE {condition}), 0) AS {name}" for name, condition in _ADDS.items()
    )
    assigned = ", ".join(f"{name} = reach.{name} + moved.{name}" for name in _ADDS)
    changed = " OR ".join(f"moved.{name} <> 0" for name in _ADDS)
    name = f"alert_reach_{act.lower()}"
    # Everything in it is a constant above.
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE alert_reach AS reach SET {assigned}
    FROM (SELECT alert_id, {sums} FROM ({rows}) AS rows GROUP BY alert_id) AS moved
    WHERE reach.alert_id = moved.alert_id AND ({changed});
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {act} ON deliveries REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""  # noqa: S608
