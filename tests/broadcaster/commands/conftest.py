from pathlib import Path

import pytest

from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import ROSTER, write_settings


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """Settings, and nothing else yet."""
    write_settings(tmp_path)
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A centre that is set up, with three terminals in service."""
    folder = tmp_path_factory.mktemp("centre")
    write_settings(folder)
    shell = Shell(folder)
    shell.quick("setup")
    roster = folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    shell.quick("terminals", "import", str(roster))
    return shell
