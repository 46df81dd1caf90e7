"""Accounts whose passwords are checked at once; tests/broadcaster/ledger holds that the shipped hashes are slow."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from broadcaster.ledger import passwords

SHIPPED = passwords._hasher
"""What hashes passwords outside of tests."""


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hash what is added within the block with little work; the hash tells how much, so logging in is quick too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
