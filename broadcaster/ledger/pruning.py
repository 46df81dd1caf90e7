"""Removes what has been kept long enough, in transactions so small that nobody waits for them.

Every table that grows has its line here, or says why not in KEPT; a test holds that.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import CLOCK, Deed, Entry
from broadcaster.domain.guessing import FORGOTTEN_AFTER
from broadcaster.domain.retention import Retention, before
from broadcaster.ledger.answers import KEPT_FOR
from broadcaster.ledger.audit import record
from broadcaster.ledger.sessions import FAMILIAR
from kokuchi.storage import Database, Storage
from kokuchi.wire.fields import iso

BATCH = 500
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Rule:
    """Rows of a table that go: `where` they are older than `?1`. `days` are counted back from now.

    A table of a version that is not there yet, or is not there any more, is left out.
    """

    table: str
    where: str
    days: Callable[[Retention], float]


_UNSENT = (
    "changed_at < ?1 AND identifier NOT IN (SELECT identifier FROM alerts)"
    " AND identifier NOT IN (SELECT identifier FROM submissions WHERE state IN ('waiting', 'planned'))"
)
_NEWEST_CODES = "SELECT max(id) FROM enrolment_codes GROUP BY terminal_id"
_NEWEST_CHANGES = "SELECT max(id) FROM presence_changes GROUP BY terminal_id"
_WAITING = "identifier IN (SELECT identifier FROM submissions WHERE state IN ('waiting', 'planned'))"
_DRAFTS = "SELECT identifier FROM drafts"

RULES = (
    Rule("requests", "(done_at < ?1 OR withdrawn_at < ?1)", lambda kept: kept.requests),
    Rule("drafts", _UNSENT, lambda kept: kept.drafts),
    Rule("submissions", f"submitted_at < ?1 AND identifier NOT IN ({_DRAFTS})", lambda kept: kept.drafts),
    Rule("occurrences", f"happened_at < ?1 AND NOT {_WAITING}", lambda kept: kept.alerts),
    Rule("presence_changes", f"at < ?1 AND id NOT IN ({_NEWEST_CHANGES})", lambda kept: kept.presences),
    Rule("enrolment_codes", f"expires_at < ?1 AND id NOT IN ({_NEWEST_CODES})", lambda kept: kept.presences),
    Rule("incidents", "ended_at < ?1", lambda kept: kept.presences),
    Rule("mails", "made_at < ?1", lambda kept: kept.quarantine),
    Rule("quarantine", "arrived_at < ?1", lambda kept: kept.quarantine),
    Rule("backups", "made_at < ?1", lambda kept: kept.presences),
    Rule("sessions", "begun_at < ?1", lambda _: FAMILIAR.days),
    Rule("password_links", "expires_at < ?1", lambda _: FAMILIAR.days),
    Rule("api_answers", "begun_at < ?1", lambda _: KEPT_FOR.days),
    Rule("failures", "last_at < ?1", lambda _: FORGOTTEN_AFTER.total_seconds() / 86400),
    Rule("audit", "at < ?1", lambda kept: kept.record),
)

_KEYS = {
    "failures": "name_hash, address",
    "api_answers": "token_id, key",
}
"""What names a row of the tables that have no id."""

WITH_THEIR_ALERT = ("alerts", "deliveries", "outbox", "resends", "alert_reach", "told_of_alone")
"""What goes alert by alert: all of an old one is one transaction."""

KEPT = {
    "accounts": "people who work here; suspended, never removed, since the record names them",
    "recovery_codes": "ten for each account",
    "api_tokens": "a name is never given twice",
    "terminals": "the roster; a household is erased by hand",
    "terminal_settings": "one for each terminal",
    "presences": "one for each terminal",
    "untold": "empty when the broker knows",
    "dictionary": "one row",
    "dictionary_changes": "the history of the staff's words; not personal",
    "signing_keys": "terminals may still hold them",
    "broker": "one row",
    "heartbeat": "one row",
    "starts": "the last day",
    "collectors": "one for each further collector",
    "wrong_codes": "the last two days",
    "restores": "one for each restore",
}
"""Tables that do not grow with time, or whose rows stay, and why."""


class Pruning:
    """The retention of the ledger."""

    def __init__(self, connections: Storage, pause: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS)) -> None:
        self._connections = connections
        self._pause = pause

    def prune(self, kept: Retention, now: datetime) -> dict[str, int]:
        """Remove what has been kept long enough; return how many rows of which table. It may take a while."""
        # What goes is written over, in the file too.
        self._connections.overwrite_what_goes()
        removed = {"alerts": sum(self._alerts(iso(before(kept.alerts, now))))}
        there = self._connections.columns()
        for rule in RULES:
            if rule.table in there:
                removed[rule.table] = sum(self._batches(rule, iso(before(rule.days(kept), now))))
        gone = {table: count for table, count in removed.items() if count}
        if gone:
            detail = ", ".join(f"{table} {count}" for table, count in gone.items())
            with self._connections.write() as db:
                record(db, Entry(CLOCK, Deed.PRUNED, "", now, detail))
            self._connections.give_space_back(self._pause)
        return gone

    def _alerts(self, end: str) -> Iterator[int]:
        while True:
            with self._connections.write() as db:
                row = db.execute(
                    "SELECT id, identifier FROM alerts WHERE expires_at < ? ORDER BY expires_at LIMIT 1", [end]
                ).fetchone()
                if row is not None:
                    _remove_alert(db, row["id"], row["identifier"])
            if row is None:
                return
            yield 1
            self._pause()

    def _batches(self, rule: Rule, end: str) -> Iterator[int]:
        columns = _KEYS.get(rule.table, "id")
        while True:
            with self._connections.write() as db:
                # Table and condition are those of a rule above.
                gone = db.execute(
                    f"DELETE FROM {rule.table} WHERE ({columns}) IN"  # noqa: S608
                    f" (SELECT {columns} FROM {rule.table} WHERE {rule.where} LIMIT {BATCH})",
                    [end],
                ).rowcount
            yield gone
            if gone < BATCH:
                return
            self._pause()


def _remove_alert(db: Database, row: int, identifier: str) -> None:
    """Remove one revision with all that hangs on it; with the last one goes the draft that it was."""
    for table in ("deliveries", "outbox", "resends", "told_of_alone"):
        db.execute(f"DELETE FROM {table} WHERE alert_id = ?", [row])  # noqa: S608 - one of these
    db.execute("DELETE FROM alerts WHERE id = ?", [row])
    if db.execute("SELECT 1 FROM alerts WHERE identifier = ?", [identifier]).fetchone() is None:
        for table in ("drafts", "submissions", "occurrences"):
            db.execute(f"DELETE FROM {table} WHERE identifier = ?", [identifier])  # noqa: S608
