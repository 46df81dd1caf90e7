"""What is looked at while the night passes: the centre's process, its files, and how many rows each table has."""

import os
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """The centre at one moment: `at` in seconds since the beginning, memory and log in bytes."""

    at: float
    resident: int
    descriptors: int
    write_ahead_log: int
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Watch:
    """Looks at a centre from outside. `started` is a moment of time.monotonic()."""

    process: int
    ledger: Path
    started: float

    def look(self) -> Sample:
        """Return how the centre is now."""
        log = self.ledger.with_name(f"{self.ledger.name}-wal")
        return Sample(
            at=time.monotonic() - self.started,
            resident=_resident(self.process),
            descriptors=len(os.listdir(f"/proc/{self.process}/fd")),  # noqa: PTH208 - only their number
            write_ahead_log=log.stat().st_size if log.exists() else 0,
            rows=rows_of(self.ledger),
        )


def rows_of(ledger: Path) -> dict[str, int]:
    """Return how many rows each table has."""
    database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)
    try:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith("sqlite_")
        ]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 - the ledger's own names
    finally:
        database.close()


def failures_in(logs: Path) -> list[str]:
    """Return each exception that nobody has handled, as its log tells it: the file and its last line."""
    found = []
    for log in sorted(logs.rglob("*.log")):
        parts = log.read_text(encoding="utf-8", errors="replace").split("Traceback (most recent call last)")
        for part in parts[1:]:
            # The first line after the indented ones names the exception.
            named = [line for line in part.splitlines()[1:] if line and not line.startswith(" ")]
            found.append(f"{log.name}: {named[0] if named else 'cut off'}")
    return found


def _resident(process: int) -> int:
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
