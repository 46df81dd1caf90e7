"""A terminal leaves service and comes back: each step with its deed, and what depends on it, in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.service import STEPS, Service, Step
from broadcaster.ledger import latecomers
from broadcaster.ledger.audit import record
from broadcaster.ledger.presences import take_for_away
from broadcaster.ledger.terminals import TerminalOutOfService, TerminalUnknown
from broadcaster.ledger.untold import owe
from kokuchi.storage import Database, Storage
from kokuchi.wire.fields import iso

_DEEDS = {
    Step.SUSPEND: Deed.TERMINAL_SUSPENDED,
    Step.RESUME: Deed.TERMINAL_RESUMED,
    Step.RETIRE: Deed.TERMINAL_RETIRED,
}


class ServiceOfTerminals:
    """Whether each terminal takes part."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def step(self, step: Step, terminals: Iterable[str], by: str, now: datetime) -> list[str]:
        """Take a step with some terminals, all or none; return those that were not there already.

        Raises TerminalUnknown, or TerminalOutOfService for one that is retired: it never comes back.
        """
        with self._connections.write() as db:
            moved = [terminal for terminal in terminals if self._move(db, step, terminal, by, now)]
            owe(db, moved)
        return moved

    def _move(self, db: Database, step: Step, terminal: str, by: str, now: datetime) -> bool:
        row = db.execute("SELECT id, service FROM terminals WHERE terminal = ?", [terminal]).fetchone()
        if row is None:
            raise TerminalUnknown.named(terminal)
        before, after = Service(row["service"]), STEPS[step]
        if before is after:
            return False
        if before is Service.RETIRED:
            raise TerminalOutOfService(terminal, before)
        db.execute("UPDATE terminals SET service = ?, service_at = ? WHERE id = ?", [after, iso(now), row["id"]])
        if after is Service.IN_SERVICE:
            latecomers.address(db, row["id"], now)
        else:
            # Its codes open nothing any more, and it is not reminded of what it has not answered for.
            db.execute(
                "UPDATE enrolment_codes SET superseded_at = ? WHERE terminal_id = ? AND superseded_at IS NULL",
                [iso(now), row["id"]],
            )
            db.execute(
                "UPDATE deliveries SET next_attempt_at = NULL"
                " WHERE terminal_id = ? AND next_attempt_at IS NOT NULL AND received_at IS NULL",
                [row["id"]],
            )
            # The broker cuts it off; what it then says of it may be lost.
            take_for_away(db, now, row["id"])
        record(db, Entry(by, _DEEDS[step], terminal, now))
        return True
