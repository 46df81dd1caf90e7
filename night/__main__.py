"""`make night`: let 24 hours of a town pass in minutes, and say whether the centre can go on so for years."""

import logging
import sys
import time
from pathlib import Path

import click

from chaos.places import free_ports
from demo.places import REPOSITORY, Places
from demo.processes import DemoError
from fleet import allow_many_connections
from kokuchi import logs
from night.day import Day
from night.report import as_json, print_night
from night.run import run


@click.command()
@click.option("--minutes", type=click.FloatRange(0.05), default=10.0, show_default=True, help="How long it takes.")
@click.option("--terminals", type=click.IntRange(1, 3000), default=1500, show_default=True, help="How many there are.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON on the last line.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="The folder of this run; a fresh one in var/night if left out."
)
def main(minutes: float, terminals: int, json_wanted: bool, data: Path | None) -> None:
    """Let a day pass with simulated terminals against the real centre and a real Mosquitto.

    Exit code 0: the centre's memory is flat, no table grows without end, nothing failed. 1: something did.
    """
    allow_many_connections()
    logs.configure()
    logging.getLogger().setLevel(logging.WARNING)
    folder = data or REPOSITORY / "var" / "night" / time.strftime("%Y%m%d-%H%M%S")
    click.echo(f"kokuchi: {terminals} terminals, 24 hours in {minutes:g} minutes; data in {folder}", err=True)
    try:
        night = run(Day(terminals, minutes * 60), Places(folder.resolve(), free_ports()))
    except DemoError as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    print_night(night)
    if json_wanted:
        click.echo(as_json(night))
    sys.exit(0 if night.is_good else 1)


if __name__ == "__main__":
    main()
