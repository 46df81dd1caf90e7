"""Which backups have become old. Pure but for `listed`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadcaster.backup.making import name_stem
from broadcaster.settings import BackupSection


@dataclass(frozen=True)
class Stored:
    """A backup in its folder, and when it was made."""

    path: Path
    made_at: datetime


def listed(folder: Path, town: str) -> list[Stored]:
    """Return a town's backups in a folder, the newest first; other files are left alone."""
    wanted = re.compile(rf"{re.escape(name_stem(town))}(\d{{8}}T\d{{6}}Z)\.tar")
    found = [(match, path) for path in folder.glob("*.tar") if (match := wanted.fullmatch(path.name))]
    stored = [Stored(path, datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)) for match, path in found]
    return sorted(stored, key=lambda backup: backup.made_at, reverse=True)


def old(stored: Sequence[Stored], section: BackupSection, now: datetime, tried: datetime) -> list[Stored]:
    """Return what need not be kept any longer, of the newest first.

    So many of the newest are kept at any age, and so is what is as new as the last one that was found whole (`tried`).
    """
    end = min(now - timedelta(days=section.keep_days), tried)
    return [backup for backup in stored[section.keep_at_least :] if backup.made_at < end]
