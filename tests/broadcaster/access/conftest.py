from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.access import Access
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from tests.broadcaster.web.town import PASSWORD, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for name in ("hanako", "taro"):
        ledger.accounts.add(Account(name, name, Role.AUTHOR), PASSWORD)
    yield ledger
    ledger.close()


@pytest.fixture
def access(ledger: Ledger, clock: Clock) -> Access:
    return Access(ledger, "s" * 32, clock)
