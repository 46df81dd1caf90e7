"""Making a backup, while the centre runs or when it does not."""

import fcntl
import grp
import hashlib
import io
import os
import pwd
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from broadcaster.backup.copying import copy_ledger, count_rows
from broadcaster.backup.envelope import Lock, sealing
from broadcaster.backup.errors import BackupError
from broadcaster.backup.manifest import NAME, Manifest, SavedFile
from broadcaster.backup.places import common_root, files_of_town, ledger_file, missing_files
from broadcaster.domain.town import Town
from broadcaster.settings import BackupSection, Settings
from kokuchi import __version__
from kokuchi.durable_files import sync_folder

_WORKSPACE = ".backup-of-"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Made:
    """A backup that is in its place."""

    path: Path
    bytes: int
    manifest: Manifest


def lock_of(section: BackupSection) -> Lock:
    """Return what backups are encrypted with; raises BackupError if the passphrase cannot be read."""
    return Lock(read_passphrase(section.passphrase_path) if section.passphrase_path else None, section.recipients)


def read_passphrase(path: Path) -> str:
    """Return the passphrase in a file; raises BackupError."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"{path}: the passphrase of the backups cannot be read: {error}; `broadcaster setup` makes a new one,"
            " and the older backups keep theirs"
        ) from error
    if not text:
        raise BackupError(f"{path}: is empty; remove it, and `broadcaster setup` makes a passphrase")
    return text


def make_backup(
    config: Path,
    settings: Settings,
    town: Town,
    lock: Lock,
    folder: Path,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Made:
    """Write the whole town into one encrypted file in a folder; raises BackupError, and then leaves nothing behind."""
    ledger = ledger_file(settings)
    if missing := missing_files(config, settings):
        raise BackupError(f"{missing[0]}: is not there; a town cannot be restored without it (`broadcaster setup`)")
    path = _free_name(folder, town.id, now)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(ledger.parent, folder), _workspace(ledger.parent) as workspace:
            copy = workspace / ledger.name
            copy_ledger(ledger, copy, progress)
            others = files_of_town(config, settings)
            root = common_root([ledger, *others])
            manifest = Manifest(
                software=__version__,
                town=town.id,
                town_name=town.name,
                made_at=now,
                root=str(root),
                config=str(config.resolve().relative_to(root)),
                ledger=str(ledger.relative_to(root)),
                files=tuple(_describe(read, stands, root) for read, stands in _contents(copy, ledger, others)),
                rows=count_rows(copy),
            )
            with _whole_or_not_at_all(path) as unfinished, sealing(unfinished, lock) as archive:
                _write(archive, manifest, dict(_contents(copy, ledger, others)), root)
    except OSError as error:
        raise BackupError(f"{error.filename or folder}: the backup cannot be written: {error.strerror}") from error
    return Made(path, path.stat().st_size, manifest)


def name_stem(town: str) -> str:
    """Return how the names of a town's backups begin."""
    return f"kokuchi-{town}-"


def _free_name(folder: Path, town: str, now: datetime) -> Path:
    """Return a name that no backup has; two of the same second do not overwrite each other."""
    while (path := folder / f"{name_stem(town)}{now:%Y%m%dT%H%M%SZ}.tar").exists():
        now += timedelta(seconds=1)
    return path


def _contents(copy: Path, ledger: Path, others: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each file that is read, with the one that it stands for."""
    yield copy, ledger
    for path in others:
        yield path, path


def _describe(read: Path, stands: Path, root: Path) -> SavedFile:
    facts = stands.stat()
    with read.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SavedFile(
        name=str(stands.relative_to(root)),
        bytes=read.stat().st_size,
        sha256=digest,
        mode=facts.st_mode & 0o777,
        owner=_name(lambda: pwd.getpwuid(facts.st_uid).pw_name),
        group=_name(lambda: grp.getgrgid(facts.st_gid).gr_name),
    )


def _name(look_up: Callable[[], str]) -> str:
    try:
        return look_up()
    except KeyError:
        return ""


def _write(archive: tarfile.TarFile, manifest: Manifest, contents: dict[Path, Path], root: Path) -> None:
    text = manifest.model_dump_json(indent=2).encode()
    first = tarfile.TarInfo(NAME)
    first.size = len(text)
    archive.addfile(first, io.BytesIO(text))
    where = {str(stands.relative_to(root)): read for read, stands in contents.items()}
    for saved in manifest.files:
        member = tarfile.TarInfo(saved.name)
        member.size, member.mode = saved.bytes, saved.mode
        member.mtime = int(manifest.made_at.timestamp())
        with where[saved.name].open("rb") as file:
            archive.addfile(member, file)


@contextmanager
def _alone(data: Path, folder: Path) -> Iterator[None]:
    """Keep a second backup out for the length of a block, and remove what one that was killed has left behind."""
    with (data / ".backup-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("another backup is being made at this moment; one is enough") from error
        for left in [*data.glob(f"{_WORKSPACE}*"), *folder.glob(f".kokuchi-*{_UNFINISHED}")]:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield


@contextmanager
def _workspace(data: Path) -> Iterator[Path]:
    """Make a private folder on the ledger's own disk, for the copy that is not encrypted yet."""
    with tempfile.TemporaryDirectory(dir=data, prefix=_WORKSPACE) as folder:
        yield Path(folder)


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[io.BufferedRandom]:
    """Open a new file that has its name only once it is whole and on the disk."""
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
