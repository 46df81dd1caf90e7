"""A town that is attacked: the real centre and a real Mosquitto with the generated rights, no terminals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.places import Places
from demo.preparation import open_ledger, prepare
from demo.processes import Processes
from demo.town import start_town
from tests.attacks.besieged import Besieged
from tests.broadcaster.web.town import make_ledger
from tests.passwords import quick_passwords
from tests.ports import free_port_range
from tests.town import Town
from tests.waiting import wait_until


@pytest.fixture(scope="session")
def made_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the small town of the pages' tests."""
    path = tmp_path_factory.mktemp("attacks") / "ledger.sqlite"
    with quick_passwords():
        make_ledger(path)
    return path


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    places = Places(tmp_path_factory.mktemp("besieged"), free_port_range())
    with quick_passwords():
        prepare(places)
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        town = Besieged(Town(places, processes, ledger, ()))
        town.show_refused_messages()
        start_town(places, processes, quiet=True, terminals=())
        wait_until(lambda: (state := ledger.broker.state()) and state.connected, what="the centre is at the broker")
        yield town
