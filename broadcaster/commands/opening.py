"""How the commands get what opens a backup."""

from pathlib import Path

import click

from broadcaster.backup.envelope import Opener, opens_with_passphrase
from broadcaster.backup.errors import BackupError
from broadcaster.backup.making import read_passphrase
from broadcaster.settings import Settings

identity_option = click.option(
    "--identity",
    type=click.Path(path_type=Path),
    help="The file with the age private key, for a backup that was made for recipients.",
)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="The file with the passphrase; without it, that of the settings if there are any, or it is asked for.",
)


def opener_for(file: Path, settings: Settings | None, passphrase_file: Path | None, identity: Path | None) -> Opener:
    """Return what opens a backup: what was named, else what the settings name, else what somebody types."""
    if identity is not None:
        try:
            return Opener(identity=identity.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BackupError(f"{identity}: the private key cannot be read: {error}") from error
    if not opens_with_passphrase(file):
        return Opener()
    section = settings.backup if settings else None
    stored = section.passphrase_path if section else None
    if passphrase_file is None and stored is not None and stored.is_file():
        passphrase_file = stored
    if passphrase_file is not None:
        return Opener(read_passphrase(passphrase_file))
    return Opener(click.prompt("Passphrase of the backups", hide_input=True, err=True).strip())
