"""`broadcaster setup` and `check-config`."""

from datetime import UTC, datetime

import click

from broadcaster.commands.certificates import make_certificates
from broadcaster.commands.context import Context, pass_context
from broadcaster.dictionary.files import read_base, read_sentences
from broadcaster.provisioning.keys import KeyFiles, SigningKeyChange
from broadcaster.provisioning.secrets import new_passphrase, new_password, write_secret
from broadcaster.provisioning.server_names import certificates_of
from broadcaster.provisioning.terminals import write_broker_files
from broadcaster.settings import secret_files
from kokuchi.wire import SigningKey


@click.command()
@pass_context
def setup(context: Context) -> None:
    """Make the town's keys and the broker's configuration. What exists stays as it is."""
    for path in secret_files(context.config):
        if write_secret(path, new_password().encode()):
            click.echo(f"made {path}")
    with context.ledger() as (settings, town, ledger):
        for path in SigningKeyChange(KeyFiles.of(settings), ledger, datetime.now(UTC)).make_missing():
            click.echo(f"made {path}: keep a copy in a safe place; terminals trust this key")
        if settings.uses_tls:
            make_certificates(settings, ledger)
        passphrase = settings.backup.passphrase_path if settings.backup else None
        if passphrase and write_secret(passphrase, new_passphrase().encode()):
            click.echo(
                f"made {passphrase}: write what is in it on paper, twice, and keep both in two places that are not this"
                " one; without it nobody opens a backup"
            )
        ledger.dictionary.take_base(read_base(settings.dictionaries), town.id, datetime.now(UTC))
        files = write_broker_files(settings, town, ledger)
        click.echo(f"wrote {files.configuration}")
        click.echo(
            "next: start Mosquitto with it (`mosquitto -c FILE`), add an account (`broadcaster accounts add`) and"
            " terminals (`broadcaster terminals import`), then `broadcaster serve`"
        )


@click.command(name="check-config")
@pass_context
def check_config(context: Context) -> None:
    """Check the settings: exit code 0 when they can be used, else 2 and a line for each thing that is wrong."""
    settings, town = context.load()
    SigningKey.load(settings.signing_key)
    if settings.uses_tls:
        certificates_of(settings).check()
    # A centre that cannot read these does not start.
    read_base(settings.dictionaries)
    read_sentences(settings.sentences)
    click.echo(f"{context.config}: good: {town.name}, {len(town.areas)} areas, {len(town.categories)} categories")
