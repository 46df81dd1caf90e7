from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pulse import House, pulse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with pulse(tmp_path) as running:
        yield running
