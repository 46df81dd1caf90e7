"""What holds for every test of the centre."""

from collections.abc import Iterator

import pytest

from tests.passwords import quick_passwords


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose, and tests log in often."""
    with quick_passwords():
        yield
