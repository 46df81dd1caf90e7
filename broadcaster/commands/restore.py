"""`broadcaster restore` and `held`: the way back from a backup."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.backup.errors import BackupError
from broadcaster.backup.places import ledger_file
from broadcaster.backup.restoring import give_to, place
from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.commands.opening import identity_option, opener_for, passphrase_option
from broadcaster.domain.audit import SHELL
from broadcaster.ledger import Ledger
from broadcaster.provisioning.secrets import write_secret
from broadcaster.provisioning.terminals import write_broker_files
from broadcaster.settings import load_settings
from kokuchi.wire.fields import iso


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", "folder", type=click.Path(path_type=Path), required=True, help="Where the town is to be.")
@click.option("--force", is_flag=True, help="Also over a town that is there; its files are kept under other names.")
@passphrase_option
@identity_option
def restore(file: Path, folder: Path, force: bool, passphrase_file: Path | None, identity: Path | None) -> None:
    """Bring a town back from FILE: ledger, keys, certificates and settings, as they lay below their common folder.

    On a machine that was installed as the lost one was, that folder is / . Terminals go on without a visit. Nothing
    that is older than the backup goes out until somebody has looked at it (`broadcaster held`).
    """
    opener = opener_for(file, None, passphrase_file, identity)
    now = datetime.now(UTC)
    placed = place(file, opener, folder, now, force=force)
    settings, town = load_settings(placed.config, os.environ)
    if opener.passphrase and settings.backup and settings.backup.passphrase_path:
        write_secret(settings.backup.passphrase_path, opener.passphrase.encode())
    # The environment may name another one than the settings that were restored.
    path = ledger_file(settings)
    ledger = Ledger(path)
    try:
        restored = ledger.recovery.begin(placed.manifest.made_at, now)
        write_broker_files(settings, town, ledger)
    finally:
        ledger.close()
    if os.geteuid() == 0:
        owner = next(saved for saved in placed.manifest.files if saved.name == placed.manifest.ledger)
        for each in [path.parent, *path.parent.rglob("*")]:
            give_to(each, owner)
    for path in placed.aside:
        click.echo(f"kept what was there: {path}")
    click.echo(f"restored {placed.manifest.town_name} as of {iso(placed.manifest.made_at)} into {folder}")
    click.echo(WHAT_IS_LOST.format(held=restored.held, taken_back=restored.taken_back, config=placed.config))


WHAT_IS_LOST = """
Before the centre is started, know what this ledger cannot know, since it came after the backup:
- {held} alerts were valid. None of them goes out until you have looked at it: broadcaster --config {config} held
- {taken_back} planned sendings were given back to their authors; those of the time between are shown as missed.
- Alerts that were sent after the backup stand on the terminals until they expire. The pages do not know them.
- Devices that were enrolled after the backup have a newer password and are shut out: make a new code for each.
- Terminals that were suspended or retired after the backup are in service again: suspend or retire them once more.
- Households that were erased after the backup are there again: erase them once more.
- A signing key that was made current after the backup is not here: make a backup whenever a key was changed.
- People and tokens that were suspended, and passwords that were changed after the backup are as they were before.
- Reports and wishes for a call of that time come back as far as the terminals still hold them.
Everybody has to log in again, and enrolment codes that nobody had used are void.
Next: start the broker and the centre. The terminals come back by themselves."""


@click.command(name="held")
@click.option("--release", multiple=True, metavar="ALERT", help="Let this alert stand and go out; repeatable.")
@click.option("--release-all", is_flag=True, help="Let all of them stand, but for those that terminals know better.")
@json_option
@pass_context
def held_alerts(context: Context, release: tuple[str, ...], release_all: bool, as_json: bool) -> None:
    """List the alerts that a restore holds back, or let them go out again.

    One that was withdrawn after the backup must not go out again: withdraw it once more, on the pages or with
    `broadcaster withdraw`. NEWER says that terminals know a later revision: it was corrected or withdrawn.
    """
    now = datetime.now(UTC)
    with context.ledger() as (_settings, town, ledger):
        waiting = [held for held in ledger.recovery.held() if held.stands(now)]
        sure = [held.alert.identifier for held in waiting if held.surpassed_by is None]
        for identifier in [*release, *(sure if release_all else ())]:
            if not ledger.recovery.release(identifier, SHELL, now):
                raise BackupError(f"{identifier}: is not held; `broadcaster held` lists those that are")
            click.echo(f"{identifier} stands and goes out", err=as_json)
        left = [held for held in ledger.recovery.held() if held.stands(now)]
        zone = town.time_zone
    if as_json:
        print_json(
            [
                {
                    "alert": held.alert.identifier,
                    "revision": held.alert.revision,
                    "headline": held.alert.headline,
                    "expires": iso(held.alert.expires),
                    "newer": held.surpassed_by,
                }
                for held in left
            ]
        )
    elif left:
        rows = [
            [
                held.alert.identifier,
                f"revision {held.surpassed_by}" if held.surpassed_by else "-",
                f"{held.alert.expires.astimezone(zone):%Y-%m-%d %H:%M}",
                held.alert.headline,
            ]
            for held in left
        ]
        print_table(["alert", "newer", "valid until", "headline"], rows)
    elif not release and not release_all:
        click.echo("nothing is held back")
