"""`broadcaster backup`: the whole town in one encrypted file, tried and kept."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from pyrage import x25519

from broadcaster.backup.checking import check_backup
from broadcaster.backup.envelope import Opener
from broadcaster.backup.errors import BackupError
from broadcaster.backup.keeping import listed, old
from broadcaster.backup.making import Made, lock_of, make_backup
from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.commands.opening import identity_option, opener_for, passphrase_option
from broadcaster.ledger.backups import Backup
from broadcaster.provisioning.secrets import write_secret
from broadcaster.settings import Settings
from kokuchi.configuration import ConfigurationError
from kokuchi.wire.fields import iso


@click.group(invoke_without_command=True)
@click.option("--to", "folder", type=click.Path(path_type=Path), help="The folder; that of the settings if not given.")
@json_option
@click.pass_context
def backup(click_context: click.Context, folder: Path | None, as_json: bool) -> None:
    """Write the whole town into one encrypted file, while the centre runs or when it does not.

    It holds the ledger as it is in one moment, the keys, certificates and settings. With a passphrase it is at once
    restored as a trial; older files are removed after that (keep_days). Keep a copy in another building, and the
    passphrase on paper.
    """
    if click_context.invoked_subcommand is not None:
        return
    context = click_context.find_object(Context)
    if context is None:
        raise BackupError("the settings are not known here")
    now = datetime.now(UTC)
    with context.ledger() as (settings, town, ledger):
        section = settings.backup
        if section is None:
            raise BackupError(
                f"{context.config}: has no table [backup]; add folder and passphrase_path as the shipped"
                " config/broadcaster.toml has them, then run `broadcaster setup`"
            )
        lock = lock_of(section)
        made = make_backup(context.config, settings, town, lock, folder or section.folder, now, _show_progress)
        ledger.backups.record(Backup(now, made.path.name, made.bytes, None))
        checked_at = None
        if lock.passphrase is not None:
            check_backup(made.path, Opener(lock.passphrase), settings.folder, now)
            checked_at = datetime.now(UTC)
            ledger.backups.found_whole(made.path.name, checked_at)
        tried = ledger.backups.newest_whole()
        removed = old(listed(made.path.parent, town.id), section, now, tried.made_at) if tried else []
        for stored in removed:
            stored.path.unlink()
    if as_json:
        print_json(_facts(made, checked_at, len(removed)))
        return
    rows = sum(made.manifest.rows.values())
    click.echo(f"wrote {made.path}: {made.bytes:,} bytes, {len(made.manifest.files)} files, {rows} rows")
    if checked_at:
        click.echo("restored it as a trial: whole")
    else:
        click.echo(
            "the ledger was read in full before it was encrypted; whether the file opens was not tried, since there is"
            f" no key to it here. With the private key: broadcaster backup check {made.path} --identity KEY"
        )
    if removed:
        click.echo(f"removed {len(removed)} that were older than {section.keep_days} days")


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@identity_option
@pass_context
def check(context: Context, file: Path, passphrase_file: Path | None, identity: Path | None) -> None:
    """Restore FILE as a trial, in a folder that is removed again, and compare all of it."""
    settings: Settings | None = None
    with suppress(ConfigurationError):
        settings, _town = context.load()
    opener = opener_for(file, settings, passphrase_file, identity)
    here = settings is not None and isinstance(settings.ledger, Path) and settings.ledger.is_file()
    workspace = settings.folder if settings and here else file.resolve().parent
    now = datetime.now(UTC)
    manifest = check_backup(file, opener, workspace, now)
    if here:
        with context.ledger() as (_settings, _town, ledger):
            ledger.backups.found_whole(file.name, now)
    click.echo(
        f"{file}: whole: {manifest.town_name} of {iso(manifest.made_at)}, {len(manifest.files)} files,"
        f" {sum(manifest.rows.values())} rows"
    )


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make an age key pair: the private key goes into FILE, the public one is printed for [backup] recipients.

    Only who has FILE opens those backups, so it does not belong on this machine: two sealed envelopes with two people,
    on paper and on a USB stick.
    """
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    if not write_secret(file.resolve(), f"# public key: {public}\n{identity}\n".encode()):
        raise BackupError(f"{file}: is there already; no key is overwritten")
    click.echo(f'recipients = ["{public}"]')
    click.echo(f"wrote {file}: move it away from this machine; without it those backups open for nobody", err=True)


def _show_progress(done: int, pages: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rcopying the ledger: {100 * done // max(pages, 1)} %", nl=done >= pages, err=True)


def _facts(made: Made, checked_at: datetime | None, removed: int) -> dict[str, object]:
    return {
        "file": str(made.path),
        "bytes": made.bytes,
        "made_at": iso(made.manifest.made_at),
        "checked_at": iso(checked_at) if checked_at else None,
        "files": len(made.manifest.files),
        "rows": made.manifest.rows,
        "removed": removed,
    }
