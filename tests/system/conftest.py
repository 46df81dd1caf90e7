"""A town for each test module."""

from collections.abc import Iterator

import pytest

from demo.places import TERMINALS
from tests.town import Town, running_town


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town; a module that needs only some of its terminals names them in SWITCHED_ON."""
    terminals = getattr(request.module, "SWITCHED_ON", TERMINALS)
    with running_town(tmp_path_factory.mktemp("town"), terminals) as running:
        yield running
