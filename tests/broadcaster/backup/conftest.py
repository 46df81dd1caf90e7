from pathlib import Path

import pytest

from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import ROSTER, TOML, write_settings

PRIVATE = "backup-key.txt"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A centre with three terminals, whose backups open with an age key that is not beside it."""
    folder = tmp_path / "town"
    folder.mkdir()
    shell = Shell(folder)
    made = shell.run("backup", "key", str(tmp_path / PRIVATE))
    assert made.code == 0, made
    write_settings(folder, f'{TOML}\n[backup]\nfolder = "backups"\n{made.out}')
    shell.quick("setup")
    roster = folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    shell.quick("terminals", "import", str(roster))
    return shell


@pytest.fixture
def key(tmp_path: Path, shell: Shell) -> Path:  # noqa: ARG001 - it is made with the town
    """The private key that opens the backups."""
    return tmp_path / PRIVATE
