"""Passwords as argon2id hashes (RFC 9106). It is slow and takes memory on purpose."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

NONE = ""
"""Stands for the hash of an account whose owner has not chosen a password yet: nothing fits it."""

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher.hash(password)


def fits(password_hash: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed. It takes as long where there is none."""
    if password_hash == NONE:
        _hasher.hash(password)
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with less care than is taken today."""
    return _hasher.check_needs_rehash(password_hash)
