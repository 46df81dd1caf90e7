"""Which backups were made, so that whoever looks knows how old the newest one is."""

from dataclasses import dataclass
from datetime import datetime

from kokuchi.database import Connections
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

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, backup: Backup) -> None:
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

    def newest(self) -> Backup | None:
        """Return the newest backup, None if there never was one."""
        row = self._connections.read().execute("SELECT * FROM backups ORDER BY made_at DESC LIMIT 1").fetchone()
        if row is None:
            return None
        return Backup(
            made_at=datetime.fromisoformat(row["made_at"]),
            file=row["file"],
            bytes=row["bytes"],
            checked_at=datetime.fromisoformat(row["checked_at"]) if row["checked_at"] else None,
        )
