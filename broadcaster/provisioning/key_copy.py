"""A copy of the signing keys apart from the server: one file for the safe, under a passphrase that is made for it."""

import re
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broadcaster.domain.signing import KeyState
from broadcaster.ledger import Ledger
from broadcaster.provisioning.keys import KeyFiles, KeyRefused
from broadcaster.provisioning.secrets import write_secret
from kokuchi.wire import SigningKey

_BLOCK = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----.+?-----END ENCRYPTED PRIVATE KEY-----\n?", re.DOTALL)


def write_copy(files: KeyFiles, copy: Path, passphrase: str) -> list[SigningKey]:
    """Write the current key and the next one into a file; raises KeyRefused if it is there already, or OSError."""
    chain = files.load()
    keys = [key for key in (chain.current, chain.next) if key]
    encryption = serialization.BestAvailableEncryption(passphrase.encode())
    blocks = [
        key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        for key in keys
    ]
    if not write_secret(copy, b"".join(blocks)):
        raise KeyRefused(f"{copy} is there already; name another file")
    return keys


def read_copy(copy: Path, passphrase: str) -> list[SigningKey]:
    """Return the keys in a copy, the current one first; raises KeyRefused."""
    try:
        blocks = _BLOCK.findall(copy.read_bytes())
        keys = [serialization.load_pem_private_key(block, passphrase.strip().encode()) for block in blocks]
    except OSError as error:
        raise KeyRefused(f"{copy}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise KeyRefused(f"{copy}: the passphrase is wrong, or the file is damaged") from error
    found = [SigningKey(key) for key in keys if isinstance(key, Ed25519PrivateKey)]
    if not found:
        raise KeyRefused(f"{copy}: there is no key in it; it was made with `broadcaster keys export`")
    return found


def put_back(files: KeyFiles, ledger: Ledger, keys: list[SigningKey]) -> list[Path]:
    """Write the keys that are missing here, each where the ledger says that it belongs; return the files.

    On a machine without a ledger the first is the current one. What is there is never overwritten.
    """
    states = ledger.signing_keys.states()
    usual = dict(zip((key.kid for key in keys), (KeyState.CURRENT, KeyState.NEXT), strict=False))
    places = {KeyState.CURRENT: files.current, KeyState.NEXT: files.next}
    written = []
    for key in keys:
        place = places.get((states or usual).get(key.kid, KeyState.FORMER))
        if place and write_secret(place, key.to_pem()):
            written.append(place)
    return written
