"""`broadcaster terminals erase` and `broadcaster prune`: what is personal goes."""

from datetime import UTC, datetime, timedelta

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.domain.audit import SHELL
from broadcaster.provisioning.households import Households
from broadcaster.provisioning.terminals import broker_keeper


class NobodyToErase(Exception):  # noqa: N818 - reads as what it says
    """There is no such terminal, or its household was erased before."""


@click.command()
@click.argument("terminal")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def erase(context: Context, terminal: str, yes: bool) -> None:
    """Erase the household of TERMINAL, which is retired for good by that. It cannot be undone.

    Its name, groups, wishes for a call with their notes, and what its device said of itself go; the counts of what it
    was sent stay. Backups that were made before still hold it until they are removed.
    """
    with context.ledger() as (settings, town, ledger):
        known = ledger.terminals.get(terminal)
        if known is None or ledger.erasure.state(terminal) is None:
            raise NobodyToErase(f"there is no terminal {terminal!r}; see `broadcaster terminals list`")
        if not yes:
            click.confirm(f"erase {known.household} ({terminal}) for good?", abort=True, err=True)
        kept = timedelta(days=settings.backup.keep_days) if settings.backup else None
        households = Households(ledger, settings.terminals, kept, lambda: datetime.now(UTC))
        if not households.erase(terminal, SHELL):
            raise NobodyToErase(f"{terminal}: its household was erased before")
        until = households.in_backups_until()
        click.echo(f"erased the household of {terminal}; the terminal is retired")
        if until is None:
            click.echo("backups that were made before still hold it")
        else:
            local = until.astimezone(town.time_zone)
            click.echo(f"backups that were made before still hold it, the last of them until {local:%Y-%m-%d}")
        if fault := broker_keeper(settings, town, ledger).try_to_tell():
            click.echo(f"its device is shut out once the broker reads its files anew: {fault}", err=True)


@click.command()
@json_option
@pass_context
def prune(context: Context, as_json: bool) -> None:
    """Remove what has been kept long enough (the table [retention]), as the running centre does every night."""
    with context.ledger() as (settings, _town, ledger):
        removed = ledger.pruning.prune(settings.retention, datetime.now(UTC))
    if as_json:
        print_json(removed)
    elif removed:
        click.echo("removed " + ", ".join(f"{count} of {table}" for table, count in removed.items()))
    else:
        click.echo("nothing is older than it is to be kept")
