"""Which files of a town its settings name: what is copied, and what has to be found again elsewhere."""

import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from broadcaster.backup.errors import BackupError
from broadcaster.ledger.places import Server
from broadcaster.settings import Settings
from kokuchi.configuration import read_toml

_LEFT_OUT = {("ledger",), ("backup", "passphrase_path"), ("broker", "reload")}
"""The ledger is copied apart from the rest, the passphrase opens the backup, and a command is no file of the town."""


def ledger_file(settings: Settings) -> Path:
    """Return the file that the ledger is; raises BackupError for one on a server."""
    if isinstance(settings.ledger, Server):
        raise BackupError(
            f"the ledger is on a server ({settings.ledger}): back it up with `pg_dump --format=custom`, and the"
            " settings and keys as files; docs/postgresql.md says how, and what to do after a pg_restore"
        )
    return settings.ledger


def files_of_town(config: Path, settings: Settings) -> list[Path]:
    """Return the files that a backup needs besides the ledger: the settings, what they name, keys and certificates.

    The passphrase of the backups is not among them.
    """
    named = [
        config.resolve(),
        settings.signing_key,
        settings.categories,
        *settings.dictionaries,
        *filter(None, (settings.sentences, settings.hard_words)),
        *_named_in(config),
    ]
    # The next signing key and the former ones lie beside the one in use.
    named += sorted(settings.signing_key.parent.glob("*.pem"))
    named += sorted(path for path in settings.certificates.rglob("*") if path.is_file())
    return list(dict.fromkeys(path for path in named if path.is_file()))


def missing_files(config: Path, settings: Settings) -> list[Path]:
    """Return what the settings name and is not there: a town cannot be restored without it."""
    needed = [
        ledger_file(settings),
        settings.signing_key,
        settings.categories,
        *settings.dictionaries,
        *_secrets(config),
    ]
    return [path for path in needed if not path.is_file()]


def common_root(paths: list[Path]) -> Path:
    """Return the innermost folder that holds all of these."""
    return Path(os.path.commonpath([path.parent for path in paths]))


def moved_settings(text: str, saved: Iterable[Path], old: Path, new: Path) -> str:
    """Return the text of settings whose files were in one folder and are now in another one.

    An absolute path is led there if it is in a folder with a `saved` file, or has one in it; what else the settings
    name, such as the chimes of the program or a command, stays. Relative paths are right as they are.
    """
    if old == new:
        return text
    folders = {path.parent for path in saved}
    for _place, value in _strings(tomllib.loads(text)):
        path = Path(value)
        if path.is_absolute() and any(path.is_relative_to(one) or one.is_relative_to(path) for one in folders):
            text = text.replace(f'"{value}"', f'"{new / path.relative_to(old)}"')
    return text


def _named_in(config: Path) -> list[Path]:
    """Return the files that the settings name anywhere: secrets, a certificate of one's own, what a version adds."""
    folder = config.resolve().parent
    named = [(folder / value).resolve() for place, value in _strings(read_toml(config)) if place not in _LEFT_OUT]
    return [path for path in named if path.is_file()]


def _secrets(config: Path) -> list[Path]:
    folder = config.resolve().parent
    return [(folder / value).resolve() for place, value in _strings(read_toml(config)) if place[-1].endswith("_file")]


def _strings(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text of the settings with the keys that lead to it."""
    for key, value in table.items():
        place = (*above, key)
        if isinstance(value, dict):
            yield from _strings(value, place)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                yield place, item
