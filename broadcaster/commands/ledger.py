"""`broadcaster ledger`: where the ledger is kept, a file or PostgreSQL, and how it gets from one to the other."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.commands.restore import WHAT_IS_LOST
from broadcaster.ledger import Ledger
from broadcaster.ledger.copying import LedgerNotCopied, copy_ledger
from broadcaster.ledger.places import Place, Server

_STOPPED_FOR = timedelta(seconds=25)
"""The running centre says that it runs every ten seconds."""


@click.group(name="ledger")
def ledger_group() -> None:
    """Move the ledger between a file and a PostgreSQL server."""


@ledger_group.command(name="copy-to")
@click.argument("place")
@json_option
@pass_context
def copy_to(context: Context, place: str, as_json: bool) -> None:
    """Copy the whole ledger to PLACE: an address (postgresql://USER@HOST/DATABASE) or the name of a new file.

    Stop the centre first. Everything is copied in one transaction and counted on both sides: if anything fails, PLACE
    is as empty as it was. The ledger that was copied stays as it is; afterwards name PLACE in the settings.
    """
    with context.ledger() as (settings, _town, source):
        beat = source.heartbeat.last()
        if beat is not None and datetime.now(UTC) - beat.at < _STOPPED_FOR:
            raise LedgerNotCopied(
                f"the centre has run within the last {_STOPPED_FOR.total_seconds():.0f} seconds, and what it wrote next"
                " would be lost: stop it (systemctl stop kokuchi-centre), wait half a minute and try again"
            )
        target_place = _target(place, settings.folder)
        counts = _copied(source, target_place)
    if as_json:
        print_json({"place": str(target_place), "rows": counts})
        return
    click.echo(f"copied {sum(counts.values())} rows of {len(counts)} tables; both sides have the same counts")
    click.echo(f'now write into {context.config}:  ledger = "{target_place}"')
    click.echo(f"then start the centre; {source.place} stays as it is and is not written any more: move it away")


@ledger_group.command()
@click.argument("made_at", metavar="TIME", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]))
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def restored(context: Context, made_at: datetime, yes: bool) -> None:
    """Tell a ledger on PostgreSQL that it was brought back from a dump made at TIME (2030-01-31T03:00+09:00).

    After each pg_restore, before the centre is started: what is older and still valid is held until somebody has
    looked at it, so that nothing that was withdrawn since goes out again. `broadcaster restore` does it by itself.
    """
    with context.ledger() as (settings, _town, ledger):
        if not isinstance(settings.ledger, Server):
            raise click.UsageError("this ledger is a file: `broadcaster restore` has told it already")
        if not yes:
            click.confirm("was it brought back from a dump, and is the centre stopped?", abort=True, err=True)
        done = ledger.recovery.begin(made_at.astimezone(UTC), datetime.now(UTC))
    click.echo(WHAT_IS_LOST.format(held=done.held, taken_back=done.taken_back, config=context.config))


def _target(place: str, folder: Path) -> Place:
    if not Server.is_named(place):
        return Path(place).resolve()
    if Server.has_password(place):
        raise click.UsageError("write no password into the address: name a file with ?passfile=…, or use ~/.pgpass")
    return Server(place, folder)


def _copied(source: Ledger, place: Place) -> dict[str, int]:
    made = isinstance(place, Path) and not place.exists()
    if isinstance(place, Path) and made:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    target = Ledger(place)
    try:
        counts = copy_ledger(source, target)
    except BaseException:
        target.close()
        if isinstance(place, Path) and made:
            place.unlink(missing_ok=True)
        raise
    target.close()
    return counts
