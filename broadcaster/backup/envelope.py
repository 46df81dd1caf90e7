"""The file of a backup: a tar with the encrypted town, the key to it, and how to open both by hand.

    README.txt          how to open it without kokuchi
    key.age             the age identity that opens the town, encrypted with the passphrase; absent without a passphrase
    town.tar.gz.age     the town, encrypted to that identity and to the recipients of the settings

All of it is as `age` and `tar` know it, so a backup can be read when there is no kokuchi any more. The town is
encrypted as it is read: a passphrase alone would need all of it in memory.
"""

import gzip
import io
import os
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import pyrage
from pyrage import x25519

from broadcaster.backup import passphrase
from broadcaster.backup.errors import BackupError, BackupLocked

README, KEY, TOWN = "README.txt", "key.age", "town.tar.gz.age"

_HOW = """\
A backup of kokuchi. It holds personal data and the keys of a town: keep it where nobody else comes.

Restore it with kokuchi:   broadcaster restore FILE --into FOLDER
or look into it by hand:   tar xf FILE
                           age -d key.age > key.txt          (asks for the passphrase of the backups)
                           age -d -i key.txt town.tar.gz.age | tar xz
Without key.age the private key of one of the recipients that the settings named takes the place of key.txt.
"""


@dataclass(frozen=True)
class Lock:
    """What a new backup is encrypted with: a passphrase, recipients, or both."""

    passphrase: str | None = None
    recipients: Sequence[str] = ()


@dataclass(frozen=True)
class Opener:
    """What an existing backup is opened with: its passphrase, or the text of an age identity."""

    passphrase: str | None = None
    identity: str | None = None


@contextmanager
def sealing(file: BinaryIO, lock: Lock) -> Iterator[tarfile.TarFile]:
    """Write a new backup to an empty file: what the block adds to the tar is encrypted on its way.

    Raises BackupError if a recipient is no age public key.
    """
    outer = tarfile.TarFile(fileobj=file, mode="w")
    recipients = _recipients(lock.recipients)
    _add(outer, README, _HOW.encode())
    if lock.passphrase is not None:
        identity = x25519.Identity.generate()
        recipients.append(identity.to_public())
        _add(outer, KEY, passphrase.encrypt(f"{identity}\n".encode(), lock.passphrase))
    # How long the last member is shows only at its end; then its header is written over.
    header = tarfile.TarInfo(TOWN)
    begins = file.tell()
    file.write(header.tobuf())
    with (
        _encrypting(file, recipients) as sink,
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1) as smaller,
        tarfile.open(fileobj=smaller, mode="w|") as inner,
    ):
        yield inner
    header.size = file.tell() - begins - tarfile.BLOCKSIZE
    file.write(bytes(-header.size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE))
    file.seek(begins)
    file.write(header.tobuf())


@contextmanager
def opened(path: Path, opener: Opener) -> Iterator[tarfile.TarFile]:
    """Read a backup as a stream of members, in their order; raises BackupLocked, or BackupError if it is none."""
    try:
        with tarfile.open(path, "r:") as outer:
            members = {member.name: member for member in outer.getmembers()}
            town = outer.extractfile(members[TOWN])
            key = outer.extractfile(members[KEY]) if KEY in members else None
            if town is None:
                raise BackupError(f"{path}: there is no town in it; it is no backup of kokuchi")
            identity = _identity(path, opener, key.read() if key else None)
            with _unsealed(path, town, identity) as inner:
                yield inner
    except OSError as error:
        raise BackupError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BackupError(f"{path}: is damaged or no backup of kokuchi; take another one ({error})") from error


def opens_with_passphrase(path: Path) -> bool:
    """Tell whether a backup has a passphrase; raises BackupError if it is none."""
    try:
        with tarfile.open(path, "r:") as outer:
            return KEY in outer.getnames()
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{path}: cannot be read as a backup: {error}") from error


def _identity(path: Path, opener: Opener, key: bytes | None) -> x25519.Identity:
    if opener.identity is not None:
        lines = [line.strip() for line in opener.identity.splitlines()]
        text = next((line for line in lines if line and not line.startswith("#")), "")
    elif key is None:
        raise BackupLocked(f"{path}: has no passphrase; name the private key of its recipient with --identity")
    elif opener.passphrase is None:
        raise BackupLocked(f"{path}: its passphrase is needed")
    else:
        try:
            text = passphrase.decrypt(key, opener.passphrase).decode().strip()
        except passphrase.WrongPassphrase as error:
            raise BackupLocked(
                f"{path}: this is not its passphrase; was another one in use when it was made?"
            ) from error
    try:
        return x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise BackupLocked("the identity must be a line that begins with AGE-SECRET-KEY-1") from error


@contextmanager
def _encrypting(file: BinaryIO, recipients: Sequence[x25519.Recipient]) -> Iterator[BinaryIO]:
    """Encrypt to a file what is written in the block."""
    failures: list[Exception] = []
    reads, writes = os.pipe()

    def encrypt() -> None:
        with os.fdopen(reads, "rb") as source:
            try:
                pyrage.encrypt_io(source, file, recipients)
            except (pyrage.EncryptError, OSError) as error:
                failures.append(error)

    thread = threading.Thread(target=encrypt, name="backup")
    thread.start()
    try:
        with os.fdopen(writes, "wb") as sink:
            yield sink
    except BrokenPipeError as error:
        thread.join()
        raise failures[0] if failures else error from None
    finally:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def _unsealed(path: Path, town: IO[bytes], identity: x25519.Identity) -> Iterator[tarfile.TarFile]:
    failures: list[Exception] = []
    reads, writes = os.pipe()

    def decrypt() -> None:
        # Whoever has read enough closes the pipe.
        with suppress(BrokenPipeError), os.fdopen(writes, "wb") as sink:
            try:
                pyrage.decrypt_io(town, sink, [identity])
            except (pyrage.DecryptError, OSError, ValueError) as error:
                failures.append(error)

    thread = threading.Thread(target=decrypt, name="backup")
    thread.start()
    try:
        with os.fdopen(reads, "rb") as source, tarfile.open(fileobj=source, mode="r|gz") as inner:
            yield inner
    except (tarfile.TarError, EOFError) as error:
        thread.join()
        if failures and "matching keys" in str(failures[0]):
            raise BackupLocked(f"{path}: this key does not open it") from error
        raise
    finally:
        thread.join()


def _recipients(wanted: Sequence[str]) -> list[x25519.Recipient]:
    try:
        return [x25519.Recipient.from_str(text) for text in wanted]
    except pyrage.RecipientError as error:
        raise BackupError(f"[backup] recipients: one is no age public key: {error}") from error


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
