from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.secrets import make_signing_key
from broadcaster.settings import Settings, load_settings
from tests.broadcaster.settings_files import write_secrets, write_settings


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Settings, Town]:
    """The settings of a centre with all its secrets."""
    path = write_settings(tmp_path)
    write_secrets(tmp_path)
    settings, town = load_settings(path, {})
    make_signing_key(settings.signing_key)
    return settings, town


@pytest.fixture
def settings(loaded: tuple[Settings, Town]) -> Settings:
    return loaded[0]


@pytest.fixture
def town(loaded: tuple[Settings, Town]) -> Town:
    return loaded[1]


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = Ledger(settings.ledger)
    yield ledger
    ledger.close()
