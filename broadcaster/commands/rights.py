"""`broadcaster rights`: the users and rights for a broker that is managed by hand."""

from pathlib import Path

import click

from broadcaster.commands.context import Context, pass_context
from broadcaster.commands.terminals import write_private
from broadcaster.provisioning.mosquitto import password_hash, password_lines, rights_lines
from kokuchi.wire import Topics


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the rights into this file instead of printing.",
)
@click.option(
    "--password-hashes",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the password file, for which only its owner has rights (0600). It is never printed.",
)
@pass_context
def rights(context: Context, out: Path | None, password_hashes: Path | None) -> None:
    """Print who may write and read which topic at the broker, as Mosquitto's acl_file.

    It is for a broker that the centre cannot tell by itself. Copy both files there after each change of the roster, let
    the broker read them, and end the connections of those that are no longer in them. With Mosquitto, set
    use_username_as_clientid true too.
    """
    with context.ledger() as (settings, town, ledger):
        name = settings.broker.username
        lines = rights_lines(Topics(town.id), name, ledger.terminals.all(), settings.broker.collector_names)
        if password_hashes:
            centre = (name, password_hash(settings.broker.password.get_secret_value()))
            text = password_lines(centre, ledger.terminals.password_hashes(), settings.broker.collector_names)
            write_private(password_hashes, text.encode())
            click.echo(f"wrote {password_hashes}", err=out is None)
    if out:
        write_private(out, lines.encode())
        click.echo(f"wrote {out}")
    else:
        click.echo(lines, nl=False)
