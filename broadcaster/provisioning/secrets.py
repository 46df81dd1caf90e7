"""Keys and passwords. What exists is never overwritten: terminals in the field depend on it."""

import os
import secrets
import tempfile
from pathlib import Path

from kokuchi.wire import SigningKey

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 6
"""None of the signs looks like another."""


def write_secret(path: Path, content: bytes) -> bool:
    """Write a file that only its owner can read, unless it exists; tell whether it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: an empty key left behind by a crash would never be replaced.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as unfinished:
        unfinished.write(content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
        try:
            os.link(unfinished.name, path)
        except FileExistsError:
            return False
    return True


def new_password() -> str:
    """Return a password for a machine: 192 bits."""
    return secrets.token_urlsafe(24)


def new_passphrase(group: int = 4) -> str:
    """Return a passphrase that people write on paper and type again: six groups of four signs, 119 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(group)) for _ in range(_GROUPS))


def make_signing_key(path: Path) -> bool:
    """Make the town's signing key unless there is one; tell whether it was made."""
    return write_secret(path, SigningKey.generate().to_pem())
