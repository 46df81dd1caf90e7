"""From a backup to files: every one is compared with the manifest before any takes its place."""

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from broadcaster.backup.copying import check_whole, count_rows
from broadcaster.backup.envelope import Opener, opened
from broadcaster.backup.errors import BackupError, TownIsAlive
from broadcaster.backup.manifest import NAME, Manifest, SavedFile
from broadcaster.backup.places import moved_settings

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Unpacked:
    """A backup whose files lie in a folder, each as the manifest says; the ledger has been read in full."""

    folder: Path
    manifest: Manifest

    @property
    def ledger(self) -> Path:
        """The ledger as it was copied: no migration has touched it."""
        return self.folder / self.manifest.ledger


@dataclass(frozen=True)
class Placed:
    """A town that was put into a folder. `aside` are the files that were there before, under their new names."""

    config: Path
    aside: tuple[Path, ...]
    manifest: Manifest


def unpack(path: Path, opener: Opener, folder: Path) -> Unpacked:
    """Decrypt a backup into an empty folder; raises BackupError if anything is not as its manifest says."""
    with opened(path, opener) as archive:
        members = iter(archive)
        manifest = _manifest(path, archive, next(members, None))
        described = {saved.name: saved for saved in manifest.files}
        for member in members:
            saved = described.pop(member.name, None)
            source = archive.extractfile(member) if saved else None
            if saved is None or source is None:
                raise BackupError(f"{path}: holds {member.name}, which its manifest does not name")
            with source:
                _write(path, saved, source, folder / saved.name)
    if described:
        raise BackupError(f"{path}: ends before {next(iter(described))}; it is damaged, take another one")
    unpacked = Unpacked(folder, manifest)
    _compare_ledger(path, unpacked)
    return unpacked


def place(path: Path, opener: Opener, into: Path, now: datetime, *, force: bool = False) -> Placed:
    """Put the town of a backup into a folder.

    Raises TownIsAlive if there is one and `force` is not given; with it, each file that would be overwritten is kept
    under another name. Nothing is touched before the whole backup was found good; raises BackupError.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=".restore-") as workspace:
            unpacked = unpack(path, opener, Path(workspace))
            manifest = unpacked.manifest
            if not force:
                _refuse_to_overwrite(manifest, into)
            saved = [Path(manifest.root) / file.name for file in manifest.files]
            config = unpacked.folder / manifest.config
            text = moved_settings(config.read_text(encoding="utf-8"), saved, Path(manifest.root), into.resolve())
            config.write_text(text, encoding="utf-8")
            aside = _put_aside(manifest, into, now)
            for file in manifest.files:
                _take_place(file, unpacked.folder, into)
    except OSError as error:
        raise BackupError(f"{error.filename or into}: cannot be restored: {error.strerror}") from error
    return Placed(into / manifest.config, aside, manifest)


def _manifest(path: Path, archive: tarfile.TarFile, first: tarfile.TarInfo | None) -> Manifest:
    source = archive.extractfile(first) if first is not None and first.name == NAME else None
    if source is None:
        raise BackupError(f"{path}: has no manifest; it is no backup of kokuchi")
    try:
        return Manifest.model_validate_json(source.read())
    except ValidationError as error:
        raise BackupError(
            f"{path}: its manifest cannot be read; it may be of a later version than this one ({error.error_count()})"
        ) from error


def _write(path: Path, saved: SavedFile, source: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, saved.mode)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != saved.sha256:
        raise BackupError(f"{path}: {saved.name} is not what was saved; take another backup")


def _compare_ledger(path: Path, unpacked: Unpacked) -> None:
    try:
        with closing(sqlite3.connect(unpacked.ledger, isolation_level=None)) as connection:
            check_whole(connection, unpacked.ledger)
        found = count_rows(unpacked.ledger)
    except sqlite3.Error as error:
        raise BackupError(f"{path}: its ledger cannot be read: {error}") from error
    if found != unpacked.manifest.rows:
        differing = sorted(
            name for name in {*found, *unpacked.manifest.rows} if found.get(name) != unpacked.manifest.rows.get(name)
        )
        raise BackupError(f"{path}: its ledger has other rows than were saved, in {', '.join(differing)}")


def _refuse_to_overwrite(manifest: Manifest, into: Path) -> None:
    for name in (manifest.ledger, manifest.config):
        if (into / name).exists():
            raise TownIsAlive(
                f"{into / name}: there is a town already; stop its centre, and add --force: what is there is kept under"
                " another name"
            )


def _put_aside(manifest: Manifest, into: Path, now: datetime) -> tuple[Path, ...]:
    ending = f".before-{now:%Y%m%dT%H%M%SZ}"
    there = [into / file.name for file in manifest.files]
    # What SQLite has not yet put into the former ledger belongs to it.
    there += [Path(f"{into / manifest.ledger}{suffix}") for suffix in ("-wal", "-shm")]
    aside = []
    for path in there:
        if path.exists():
            kept = path.with_name(path.name + ending)
            path.rename(kept)
            aside.append(kept)
    return tuple(aside)


def _take_place(saved: SavedFile, source: Path, into: Path) -> None:
    target = into / saved.name
    target.parent.mkdir(parents=True, exist_ok=True)
    # Another disk may be mounted there.
    shutil.move(source / saved.name, target)
    target.chmod(saved.mode)
    if os.geteuid() == 0:
        give_to(target, saved)


def give_to(path: Path, saved: SavedFile) -> None:
    """Give a file or folder to the owner that a saved file had, as far as this machine knows that name."""
    for names in ({"user": saved.owner}, {"group": saved.group}):
        try:
            shutil.chown(path, **names)
        except LookupError:
            continue
