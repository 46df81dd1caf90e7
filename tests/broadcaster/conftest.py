"""What holds for every test of the centre."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from broadcaster.ledger import passwords


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Let passwords be hashed with little time and memory: argon2 is slow on purpose, and tests log in often."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_nobody", cheap.hash("nobody"))
        yield
