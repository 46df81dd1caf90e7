"""A copy of the delivery log that may be looked through freely: no household's name, no hash, nobody's account in it.

A browser of databases cannot hide a column of a table. So what must not be seen is not copied: of terminals the
identifier, the area and the state; nothing at all of accounts, sessions, tokens, codes, drafts, deeds or requests.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kokuchi.wire import Level, Severity

_SCHEMA = """
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY, alert TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
    event TEXT NOT NULL, level TEXT NOT NULL, drill INTEGER NOT NULL, sent TEXT NOT NULL, expires TEXT NOT NULL,
    headline TEXT NOT NULL, body TEXT NOT NULL, addressed INTEGER NOT NULL, received INTEGER NOT NULL,
    displayed INTEGER NOT NULL, voiced INTEGER NOT NULL, confirmed INTEGER NOT NULL, voice_failed INTEGER NOT NULL,
    refused INTEGER NOT NULL, out_of_service INTEGER NOT NULL
);
CREATE TABLE terminals (
    id INTEGER PRIMARY KEY, terminal TEXT NOT NULL, kind TEXT NOT NULL, area TEXT NOT NULL, service TEXT NOT NULL,
    online INTEGER, last_contact TEXT, software TEXT, speaker TEXT, faults TEXT
);
CREATE TABLE deliveries (
    alert_id INTEGER NOT NULL REFERENCES alerts(id), terminal_id INTEGER NOT NULL REFERENCES terminals(id),
    received_at TEXT, displayed_at TEXT, voice_started_at TEXT, voiced_at TEXT, confirmed_at TEXT, outcome TEXT,
    reason TEXT NOT NULL, silence TEXT, sent_again INTEGER NOT NULL,
    PRIMARY KEY (alert_id, terminal_id)
) WITHOUT ROWID;
CREATE TABLE presence_changes (
    id INTEGER PRIMARY KEY, terminal_id INTEGER NOT NULL REFERENCES terminals(id), at TEXT NOT NULL,
    online INTEGER NOT NULL, faults TEXT NOT NULL
);
"""
_COPIES = (
    """
    INSERT INTO alerts SELECT a.id, a.identifier, a.revision, a.payload ->> '$.message_type', a.category,
     a.payload ->> '$.event', level_of(a.payload ->> '$.severity'), a.payload ->> '$.status' <> 'Actual', a.sent_at,
     a.expires_at, a.payload ->> '$.headline', a.payload ->> '$.body', r.addressed, r.received, r.displayed, r.voiced,
     r.confirmed, r.voice_failed, r.refused, r.out_of_service
    FROM ledger.alerts AS a JOIN ledger.alert_reach AS r ON r.alert_id = a.id
    """,
    """
    INSERT INTO terminals SELECT t.id, t.terminal, t.kind, t.area, t.service, p.online, p.sent_at,
     p.payload ->> '$.software', p.payload ->> '$.speaker', p.faults
    FROM ledger.terminals AS t LEFT JOIN ledger.presences AS p ON p.terminal_id = t.id
    """,
    """
    INSERT INTO deliveries SELECT alert_id, terminal_id, received_at, displayed_at, voice_started_at, voiced_at,
     confirmed_at, outcome, reason, silence, attempts
    FROM ledger.deliveries ORDER BY alert_id, terminal_id
    """,
    """
    INSERT INTO presence_changes SELECT id, terminal_id, at, online, faults FROM ledger.presence_changes ORDER BY id
    """,
    "CREATE INDEX deliveries_of_terminal ON deliveries (terminal_id, alert_id)",
    "CREATE INDEX presence_changes_of_terminal ON presence_changes (terminal_id, at)",
    "CREATE INDEX alerts_by_time ON alerts (sent)",
)


def write_extract(ledger: Path, target: Path) -> int:
    """Write the copy as it is at one moment, readable by its owner alone, and return how many deliveries it has.

    The centre may run meanwhile. What stood at the target is there until the new copy is whole.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(part, isolation_level=None, uri=True)) as db:
            deliveries = _copy(db, ledger)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return deliveries


def _copy(db: sqlite3.Connection, ledger: Path) -> int:
    db.create_function("level_of", 1, lambda severity: Level.of(Severity(severity)).value, deterministic=True)
    # Nobody reads the copy before it is whole.
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("PRAGMA synchronous=OFF")
    db.executescript(_SCHEMA)
    db.execute("ATTACH ? AS ledger", [f"{ledger.resolve().as_uri()}?mode=ro"])
    db.execute("BEGIN")
    for statement in _COPIES:
        db.execute(statement)
    db.execute("COMMIT")
    deliveries: int = db.execute("SELECT count(*) FROM main.deliveries").fetchone()[0]
    return deliveries
