"""Keys and passwords. What exists is never overwritten: terminals in the field depend on it."""

import secrets
from pathlib import Path

from kokuchi.wire import SigningKey


def write_secret(path: Path, content: bytes) -> bool:
    """Write a file that only its owner can read, unless it exists; tell whether it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    path.write_bytes(content)
    return True


def new_password() -> str:
    """Return a password for a machine: 192 bits."""
    return secrets.token_urlsafe(24)


def make_signing_key(path: Path) -> bool:
    """Make the town's signing key unless there is one; tell whether it was made."""
    return write_secret(path, SigningKey.generate().to_pem())
