"""`broadcaster serve`: the centre itself."""

import asyncio

import click

from broadcaster.alone import alone
from broadcaster.commands.context import Context, pass_context
from broadcaster.ledger.claims import CENTRE, claimed
from kokuchi import logs


@click.command()
@click.option("--verbose", is_flag=True, help="Log more.")
@pass_context
def serve(context: Context, verbose: bool) -> None:
    """Serve the staff's and the operators' pages and dispatch alerts, until interrupted."""
    # The pages take a third of a second to load, for which no other command should wait.
    from broadcaster.bootstrap import Centre

    settings, town = context.load()
    logs.configure(verbose)
    # Before anything is written: two of them would publish everything twice.
    with (
        alone(settings.folder / "centre.lock", "a centre"),
        claimed(settings.ledger, CENTRE, "a centre") as claim,
    ):
        asyncio.run(Centre(settings, town, claim).run())
