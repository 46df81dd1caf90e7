"""Erasing a household: what names it or tells of it goes, and the counts of what it was sent stay."""

from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.service import Service
from broadcaster.ledger.audit import record
from broadcaster.ledger.untold import owe
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

ERASED = "（消去済み）"
"""In place of a household's name."""

_OF_THE_HOUSEHOLD = ("requests", "presences", "presence_changes", "enrolment_codes")


class Erasure:
    """Makes a terminal one of nobody."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def state(self, terminal: str) -> tuple[Service, bool] | None:
        """Return whether a terminal takes part and whether its household was erased; None if there is no such one."""
        row = (
            self._connections.read()
            .execute("SELECT service, household FROM terminals WHERE terminal = ?", [terminal])
            .fetchone()
        )
        return (Service(row["service"]), row["household"] == ERASED) if row else None

    def erase(self, terminal: str, by: str, now: datetime) -> bool:
        """Erase a terminal's household in one transaction; return False if it was erased before or never there.

        Its name and groups, its wishes for a call with their notes, what its device last said, when it was connected,
        and its codes go. The terminal is retired for good: no password opens the broker for it. Where it was and what
        it was sent stays, under the terminal's identifier, for the counts.
        """
        # What is written over is not to be found in the file either.
        self._connections.overwrite_what_goes()
        with self._connections.write() as db:
            row = db.execute(
                "SELECT id FROM terminals WHERE terminal = ? AND household <> ?", [terminal, ERASED]
            ).fetchone()
            if row is None:
                return False
            db.execute(
                "UPDATE terminals SET household = ?, groups = '[]', password_hash = '', service_at = CASE service"
                " WHEN 'retired' THEN service_at ELSE ? END, service = 'retired' WHERE id = ?",
                [ERASED, iso(now), row["id"]],
            )
            for table in _OF_THE_HOUSEHOLD:
                db.execute(f"DELETE FROM {table} WHERE terminal_id = ?", [row["id"]])  # noqa: S608 - one of those above
            # The row stays until the broker keeps no settings of it any more.
            db.execute(
                "UPDATE terminal_settings SET content = '', signed_for = NULL, held = NULL, taken = NULL"
                " WHERE terminal_id = ?",
                [row["id"]],
            )
            # Alert by alert: an index by terminal would make each alert dearer, the more there were.
            db.execute(
                "UPDATE deliveries SET next_attempt_at = NULL, reason = ''"
                " WHERE alert_id IN (SELECT id FROM alerts) AND terminal_id = ?",
                [row["id"]],
            )
            owe(db, [terminal])
            record(db, Entry(by, Deed.HOUSEHOLD_ERASED, terminal, now))
        return True
