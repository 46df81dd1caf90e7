"""Which backups were made, so that whoever looks knows how old the newest one is."""

from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.ledger.audit import record
from kokuchi.storage import Storage
from kokuchi.wire.fields import iso


@dataclass(frozen=True)
class Backup:
    """One backup. `checked_at` is when it was restored as a trial and found whole, None if it never was."""

    made_at: datetime
    file: str
    bytes: int
    checked_at: datetime | None


class Backups:
    """The backups of this ledger. The one that is being made is not in itself."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def record(self, backup: Backup, made_by: str = SHELL) -> None:
        """Keep that a backup was made."""
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO backups (made_at, file, bytes, checked_at) VALUES (?, ?, ?, ?)",
                [
                    iso(backup.made_at),
                    backup.file,
                    backup.bytes,
                    iso(backup.checked_at) if backup.checked_at else None,
                ],
            )
            record(db, Entry(made_by, Deed.BACKUP_MADE, backup.file, backup.made_at, str(backup.bytes)))

    def found_whole(self, file: str, now: datetime) -> bool:
        """Keep that a backup was restored as a trial and found whole; tell whether it is known here."""
        with self._connections.write() as db:
            return db.execute("UPDATE backups SET checked_at = ? WHERE file = ?", [iso(now), file]).rowcount > 0

    def newest(self) -> Backup | None:
        """Return the newest backup, None if there never was one."""
        return self._newest("")

    def newest_whole(self) -> Backup | None:
        """Return the newest backup that was restored as a trial and found whole."""
        return self._newest("WHERE checked_at IS NOT NULL")

    def _newest(self, where: str) -> Backup | None:
        # `where` is one of the constants above, never input.
        row = (
            self._connections.read()
            .execute(f"SELECT * FROM backups {where} ORDER BY made_at DESC LIMIT 1")  # noqa: S608
            .fetchone()
        )
        if row is None:
            return None
        return Backup(
            made_at=datetime.fromisoformat(row["made_at"]),
            file=row["file"],
            bytes=row["bytes"],
            checked_at=datetime.fromisoformat(row["checked_at"]) if row["checked_at"] else None,
        )
