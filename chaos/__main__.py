"""`make chaos`: disturb a town as a seed says, and say whether every promise was kept."""

import asyncio
import logging
import signal
import sys
from pathlib import Path

import click

from chaos.places import ChaosPlaces, free_ports, fresh_folder
from chaos.report import as_json, print_result
from chaos.run import Result, run
from demo.processes import DemoError
from kokuchi import logs

FEWEST_TERMINALS = 14
"""The demo's roster, which is the beginning of every town."""


@click.command()
@click.option("--minutes", default=3.0, show_default=True, help="How long faults happen; settling comes after it.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same faults.")
@click.option(
    "--terminals",
    type=click.IntRange(FEWEST_TERMINALS, 500),
    default=60,
    show_default=True,
    help="How many; three of them are the whole program.",
)
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON on the last line.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="The folder of this run; a fresh one in var/chaos if left out."
)
@click.option("--verbose", is_flag=True, help="Log each fault.")
def main(minutes: float, seed: int, terminals: int, json_wanted: bool, data: Path | None, verbose: bool) -> None:
    """Kill, cut, replay, forge and turn clocks, then compare what each end has kept.

    Exit code 0: nothing lost, nothing twice, nothing false, no report missing. 1: something was, or the run failed.
    """
    logs.configure(verbose)
    logging.getLogger("kokuchi.link").setLevel(logging.ERROR)
    places = ChaosPlaces((data or fresh_folder(seed)).resolve(), free_ports())
    click.echo(f"kokuchi: {terminals} terminals, {minutes:g} minutes, seed {seed}; data in {places.data}", err=True)
    try:
        result = asyncio.run(_run_until_told(seed, minutes * 60, terminals, places))
    except DemoError as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("kokuchi: ended before it was done", err=True)
        sys.exit(130)
    print_result(result)
    if json_wanted:
        click.echo(as_json(result))
    sys.exit(0 if result.is_clean else 1)


async def _run_until_told(seed: int, seconds: float, terminals: int, places: ChaosPlaces) -> Result:
    task = asyncio.ensure_future(run(seed, seconds, terminals, places))
    # A supervisor's SIGTERM must end the children too, as Ctrl-C does.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


if __name__ == "__main__":
    main()
