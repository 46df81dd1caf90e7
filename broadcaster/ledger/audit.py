"""The record of what people did. The database itself refuses to change or delete a line of it."""

from datetime import datetime

from broadcaster.domain.audit import Deed, Entry, Wanted
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire.fields import iso


def record(db: Database, entry: Entry) -> None:
    """Add a line within the transaction of the deed itself, so that there is neither without the other."""
    db.execute(
        "INSERT INTO audit (at, actor, deed, subject, detail) VALUES (?, ?, ?, ?, ?)",
        [iso(entry.at), entry.actor, entry.deed, entry.subject, entry.detail],
    )


def newest_deed(db: Database) -> tuple[int, str] | None:
    """Return what is another one after each deed, None before the first."""
    row = db.execute("SELECT id, at FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return (row["id"], row["at"]) if row else None


class Audit:
    """The record, for those who read it, and for deeds that write nothing else."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def add(self, entry: Entry) -> None:
        """Add a line of its own."""
        with self._connections.write() as db:
            record(db, entry)

    def newest(self, limit: int, offset: int = 0) -> list[Entry]:
        """Return the latest lines, the newest first."""
        rows = self._connections.read().execute(
            "SELECT * FROM audit ORDER BY id DESC LIMIT ? OFFSET ?", [limit, offset]
        )
        return [_entry(row) for row in rows]

    def wanted(self, wanted: Wanted, limit: int, offset: int = 0) -> list[Entry]:
        """Return the lines that somebody wants to see, the newest first."""
        conditions, arguments = ["1 = 1"], list[object]()
        if wanted.person:
            conditions.append("(actor = ? OR subject = ?)")
            arguments += [wanted.person, wanted.person]
        if wanted.deed:
            conditions.append("deed = ?")
            arguments.append(wanted.deed)
        if wanted.since:
            conditions.append("at >= ?")
            arguments.append(iso(wanted.since))
        if wanted.until:
            conditions.append("at < ?")
            arguments.append(iso(wanted.until))
        rows = self._connections.read().execute(
            f"SELECT * FROM audit WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608 - constants
            [*arguments, limit, offset],
        )
        return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(row["actor"], Deed(row["deed"]), row["subject"], datetime.fromisoformat(row["at"]), row["detail"])
