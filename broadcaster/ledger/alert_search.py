"""Finding alerts among all that were ever accepted, page by page."""

from dataclasses import dataclass
from datetime import datetime

from broadcaster.ledger.alerts import Accepted, accepted_of
from kokuchi.database import Connections
from kokuchi.wire import Severity
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Place:
    """Where a page ends: the alert in this row, whose newest revision was sent at this time."""

    sent_at: str
    row: int

    @classmethod
    def of(cls, accepted: Accepted) -> "Place":
        """Return the place of an alert."""
        return cls(iso(accepted.alert.sent), accepted.row)


@dataclass(frozen=True)
class Wanted:
    """Which alerts are looked for; what is None does not matter. `since` is included, `until` is not."""

    category: str | None = None
    severities: tuple[Severity, ...] | None = None
    drill: bool | None = None
    withdrawn: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


class AlertSearch:
    """Looks for alerts, each by its newest revision."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(self, wanted: Wanted, after: Place | None, limit: int) -> list[Accepted]:
        """Return up to `limit` alerts that come after a place, the newest first."""
        clauses, arguments = _clauses(wanted)
        if after is not None:
            clauses.append("(sent_at, id) < (?, ?)")
            arguments += [after.sent_at, after.row]
        # The clauses are constants; what was asked for comes in as arguments only.
        rows = self._connections.read().execute(
            f"SELECT * FROM alerts AS a WHERE {' AND '.join(clauses)} ORDER BY sent_at DESC, id DESC LIMIT ?",  # noqa: S608
            [*arguments, limit],
        )
        return [accepted_of(row) for row in rows]


def _clauses(wanted: Wanted) -> tuple[list[str], list[object]]:
    clauses = ["revision = (SELECT max(revision) FROM alerts WHERE identifier = a.identifier)"]
    arguments: list[object] = []
    if wanted.category is not None:
        clauses.append("category = ?")
        arguments.append(wanted.category)
    if wanted.severities is not None:
        clauses.append(f"json_extract(payload, '$.severity') IN ({', '.join('?' * len(wanted.severities))})")
        arguments += wanted.severities
    if wanted.drill is not None:
        clauses.append("(json_extract(payload, '$.status') != 'Actual') = ?")
        arguments.append(wanted.drill)
    if wanted.withdrawn is not None:
        clauses.append("(json_extract(payload, '$.message_type') = 'Cancel') = ?")
        arguments.append(wanted.withdrawn)
    if wanted.since is not None:
        clauses.append("sent_at >= ?")
        arguments.append(iso(wanted.since))
    if wanted.until is not None:
        clauses.append("sent_at < ?")
        arguments.append(iso(wanted.until))
    return clauses, arguments
