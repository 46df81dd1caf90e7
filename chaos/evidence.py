"""What each end has kept of a run, read from its files."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from broadcaster.domain.delivery import Delivery
from broadcaster.ledger import Ledger
from chaos.journal import Line, read_journal
from chaos.places import ChaosPlaces
from kokuchi.wire import Alert, Level, Outcome
from terminal_client.household import Key


@dataclass(frozen=True)
class Published:
    """A revision as the ledger knows it."""

    key: Key
    sent: datetime
    expires: datetime
    is_cancel: bool
    is_emergency: bool


@dataclass(frozen=True)
class Home:
    """What one terminal has kept: its inbox' rows and every revision it has ever seen.

    `journal` is None for a whole program, which keeps none.
    """

    inbox: Mapping[Key, Delivery] = field(default_factory=dict)
    seen: frozenset[Key] = frozenset()
    journal: Sequence[Line] | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything that the judge looks at; `deliveries` are the ledger's. The reasons of outcomes are left out."""

    published: Mapping[Key, Published]
    deliveries: Mapping[tuple[str, Key], Delivery]
    homes: Mapping[str, Home]

    def newest(self) -> set[Key]:
        """Return the newest revision of each alert."""
        revisions: dict[str, int] = {}
        for key in self.published:
            revisions[key.alert] = max(key.revision, revisions.get(key.alert, 0))
        return {Key(alert, revision) for alert, revision in revisions.items()}


def gather(ledger: Ledger, places: ChaosPlaces, light: Sequence[str], whole: Sequence[str]) -> Evidence:
    """Read the ledger and everything in the terminals' folders."""
    homes = {name: read_home(places.inbox(name), places.journal(name)) for name in light}
    homes |= {name: read_home(places.inbox(name), None) for name in whole}
    db = ledger.connections.read()
    published = {}
    for row in db.execute("SELECT payload FROM alerts"):
        alert = Alert.model_validate_json(row["payload"])
        key = Key(alert.identifier, alert.revision)
        published[key] = Published(key, alert.sent, alert.expires, alert.is_cancel, alert.level is Level.EMERGENCY)
    rows = db.execute(
        "SELECT a.identifier, a.revision, t.terminal, d.* FROM deliveries AS d"
        " JOIN alerts AS a ON a.id = d.alert_id JOIN terminals AS t ON t.id = d.terminal_id"
    )
    deliveries = {(row["terminal"], Key(row["identifier"], row["revision"])): _delivery(row) for row in rows}
    return Evidence(published, deliveries, homes)


def read_home(inbox: Path, journal: Path | None) -> Home:
    """Read a terminal's folder; a terminal that has never run has an empty one."""
    lines = read_journal(journal) if journal else None
    if not inbox.exists():
        return Home(journal=lines)
    with closing(sqlite3.connect(inbox, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM alerts").fetchall()
        seen = connection.execute("SELECT alert, revision FROM seen").fetchall()
    return Home(
        inbox={Key(row["alert"], row["revision"]): _delivery(row) for row in rows},
        seen=frozenset(Key(row["alert"], row["revision"]) for row in seen),
        journal=lines,
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        received_at=_instant(row["received_at"]),
        displayed_at=_instant(row["displayed_at"]),
        voice_started_at=_instant(row["voice_started_at"]),
        voiced_at=_instant(row["voiced_at"]),
        confirmed_at=_instant(row["confirmed_at"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        dictionary=row["dictionary"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
