"""The triggers that keep how far each alert has come, as m020_log.py makes them for SQLite.

These count what a whole statement has changed, so that a batch of reports changes the sums of an alert once.
"""

from collections.abc import Mapping

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
# What m032 adds to them: a terminal that has said nothing and has left service.
_OUT_OF_SERVICE = {
    "out_of_service": f"{_ADDS['missing']}"  # noqa: S608 - constants
    " AND terminal_id IN (SELECT id FROM terminals WHERE service <> 'in_service')"
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
    return "\n".join(f"{_function(act, _ADDS)}{_trigger(act)}" for act in _ROWS)


def reach_functions_with_service() -> str:
    """Return the statements by which they keep as well how many are out of service (m032_out_of_service.sql)."""
    return "\n".join(_function(act, _ADDS | _OUT_OF_SERVICE) for act in _ROWS)


def _name(act: str) -> str:
    return f"alert_reach_{act.lower()}"


def _function(act: str, adds: Mapping[str, str]) -> str:
    rows = _ROWS[act][1]
    sums = ", ".join(f"coalesce(sum(sign) FILTER (WHERE {condition}), 0) AS {name}" for name, condition in adds.items())
    assigned = ", ".join(f"{name} = reach.{name} + moved.{name}" for name in adds)
    changed = " OR ".join(f"moved.{name} <> 0" for name in adds)
    # Everything in it is a constant above.
    return f"""
CREATE OR REPLACE FUNCTION {_name(act)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE alert_reach AS reach SET {assigned}
    FROM (SELECT alert_id, {sums} FROM ({rows}) AS rows GROUP BY alert_id) AS moved
    WHERE reach.alert_id = moved.alert_id AND ({changed});
    RETURN NULL;
END $$;
"""  # noqa: S608


def _trigger(act: str) -> str:
    name = _name(act)
    return f"""CREATE TRIGGER {name} AFTER {act} ON deliveries REFERENCING {_ROWS[act][0]}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
