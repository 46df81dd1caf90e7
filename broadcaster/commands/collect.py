"""`broadcaster collect`: one more process that writes what a large town reports."""

import asyncio

import click

from broadcaster.commands.context import Context, pass_context
from kokuchi import logs


@click.command()
@click.argument("number", type=click.IntRange(min=2))
@click.option("--verbose", is_flag=True, help="Log more.")
@pass_context
def collect(context: Context, number: int, verbose: bool) -> None:
    """Take a share of the terminals' reports off the centre, which is collector 1, as collector NUMBER.

    The settings say under [broker] how many collectors there are. When it is told to end (SIGTERM or Ctrl-C) it
    writes what waits for it and leaves: the others have its share from then on. Until it ends, and after it was
    killed, its share of the reports waits for it at the broker.
    """
    # For this command alone: the link to the broker takes a moment to load.
    from broadcaster.collecting.bootstrap import CollectorProcess

    settings, town = context.load()
    if number > settings.broker.collectors:
        raise click.UsageError(
            f"the settings know no collector {number}: write collectors = {number} under [broker], then `broadcaster"
            " setup`, let the broker read its files anew, and start the centre anew"
        )
    logs.configure(verbose)
    asyncio.run(CollectorProcess(settings, town, number).run())
