"""What is being written. It is kept as it is typed, however unfinished, until it is sent or thrown away."""

import json
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.written import Written
from broadcaster.ledger.audit import record
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso


class DraftMoved(Exception):  # noqa: N818 - reads as what it says
    """Somebody else has saved, sent or thrown away this draft since it was read; `now` is what stands, if any."""

    def __init__(self, now: "StoredDraft | None") -> None:
        super().__init__(f"the draft is at version {now.version}" if now else "the draft is gone")
        self.now = now


@dataclass(frozen=True)
class StoredDraft:
    """A draft in the ledger. `identifier` is the one of the alert that it becomes; `version` rises with each change."""

    identifier: str
    version: int
    written: Written
    author: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


def outdate_draft(db: Database, identifier: str) -> None:
    """Let whoever has this version on the screen be told so when doing something with it."""
    db.execute("UPDATE drafts SET version = version + 1 WHERE identifier = ?", [identifier])


def write_draft(db: Database, identifier: str, version: int, written: Written, account: str, now: datetime) -> bool:
    """Keep what was written over `version`, 0 for a new draft; return False if another one stands or it is locked."""
    text = json.dumps(written.pairs(), ensure_ascii=False)
    if version == 0:
        statement = db.execute(
            "INSERT INTO drafts (identifier, version, written, author, created_at, changed_by, changed_at)"
            " VALUES (?, 1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [identifier, text, account, iso(now), account, iso(now)],
        )
    else:
        statement = db.execute(
            "UPDATE drafts SET version = version + 1, written = ?, changed_by = ?, changed_at = ?"
            " WHERE identifier = ? AND version = ? AND identifier NOT IN (SELECT identifier FROM locked_drafts)",
            [text, account, iso(now), identifier, version],
        )
    return statement.rowcount == 1


class Drafts:
    """The drafts of all authors, who write for the same town and see each other's."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def save(self, identifier: str, version: int, written: Written, account: str, now: datetime) -> StoredDraft:
        """Keep what was written over the version that its writer had seen, 0 for a new draft.

        Raises DraftMoved if another version stands, or it was submitted; what stands is not touched.
        """
        with self._connections.write() as db:
            changed = write_draft(db, identifier, version, written, account, now)
            stands = self.get(identifier)
            if not changed or stands is None:
                raise DraftMoved(stands)
        return stands

    def get(self, identifier: str) -> StoredDraft | None:
        """Return a draft."""
        row = self._connections.read().execute("SELECT * FROM drafts WHERE identifier = ?", [identifier]).fetchone()
        return _draft(row) if row else None

    def is_locked(self, identifier: str) -> bool:
        """Tell whether a draft was submitted, so that nobody may change it."""
        row = self._connections.read().execute("SELECT 1 FROM locked_drafts WHERE identifier = ?", [identifier])
        return row.fetchone() is not None

    def unsent(self) -> list[StoredDraft]:
        """Return the drafts that were not submitted, or were sent back, the latest change first."""
        rows = self._connections.read().execute(
            "SELECT * FROM drafts WHERE identifier NOT IN (SELECT identifier FROM alerts)"
            " AND identifier NOT IN (SELECT identifier FROM locked_drafts) ORDER BY changed_at DESC"
        )
        return [_draft(row) for row in rows]

    def discard(self, identifier: str, version: int, account: str, now: datetime) -> None:
        """Throw away the version of a draft that was seen, and record who did.

        Raises DraftMoved if another version stands, or it was submitted or is gone; what stands is not touched.
        """
        with self._connections.write() as db:
            stands = self.get(identifier)
            discarded = db.execute(
                "DELETE FROM drafts WHERE identifier = ? AND version = ?"
                " AND identifier NOT IN (SELECT identifier FROM locked_drafts)",
                [identifier, version],
            ).rowcount
            if not discarded or stands is None:
                raise DraftMoved(stands)
            record(db, Entry(account, Deed.DRAFT_DISCARDED, identifier, now, stands.written.headline))


def _draft(row: Row) -> StoredDraft:
    return StoredDraft(
        identifier=row["identifier"],
        version=row["version"],
        written=Written.from_pairs(json.loads(row["written"])),
        author=row["author"],
        created_at=datetime.fromisoformat(row["created_at"]),
        changed_by=row["changed_by"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )
