"""`make bench`: how near kokuchi comes to what the broker allows, with many terminals."""

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.broker.chain import Chain
from benchmarks.broker.floor import Floor
from benchmarks.broker.judging import judge
from benchmarks.broker.plot import plot
from benchmarks.broker.report import as_json, print_result
from benchmarks.broker.rounds import Result, measure
from benchmarks.broker.systems import System
from benchmarks.disk import folder_on_disk
from benchmarks.hobby.interruption import Interruption, interrupt, print_interruptions
from benchmarks.hobby.node_red import why_missing
from benchmarks.hobby.system import ROWS_AT_ONCE, Hobby
from demo.processes import DemoError, first_free
from fleet import FleetError, allow_many_connections
from kokuchi import logs

SIZES = (1500, 5000, 10_000, 19_900)
_PORTS = range(21_000, 31_000)
"""Below those that the kernel gives to outgoing connections, of which there are many."""


@click.command()
@click.option("--terminals", "-n", type=click.IntRange(1, 19_900), multiple=True, help="How many; may be repeated.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each takes its turn.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON on the last line.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Draw the result into this SVG file.")
@click.option("--hobby", is_flag=True, help="Compare with Node-RED too, and kill that in the middle of an alert.")
@click.option("--hobby-rows", type=click.IntRange(1), default=ROWS_AT_ONCE, help="How many rows that writes at once.")
def main(
    terminals: Sequence[int], rounds: int, json_wanted: bool, picture: Path | None, hobby: bool, hobby_rows: int
) -> None:
    """Send alerts to simulated terminals through the real centre and a real Mosquitto; compare with Mosquitto alone.

    Exit code 0: everything is within its bound. 1: something is not, or the bench could not be run.
    """
    allow_many_connections()
    logs.configure()
    logging.getLogger().setLevel(logging.WARNING)
    if hobby and (missing := why_missing()):
        click.echo(f"kokuchi: {missing}", err=True)
        hobby = False
    interruptions: list[list[Interruption]] = []
    results: list[Result] = []
    try:
        for count in terminals or SIZES:
            results.append(_measure(count, rounds, [Chain(), *([Hobby(hobby_rows)] if hobby else [])]))
            if hobby:
                interruptions.append(_interrupt(count, Hobby(hobby_rows)))
    except (DemoError, FleetError) as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    if picture:
        picture.write_text(plot(results), encoding="utf-8")
    if json_wanted:
        objects = as_json(results)
        for one, killed in zip(objects, interruptions, strict=False):
            one["hobby"]["interruptions"] = [each.as_json() for each in killed]
        click.echo(json.dumps(objects))
    sys.exit(0 if all(line.is_good for result in results for line in judge(result)) else 1)


def _measure(terminals: int, rounds: int, others: Sequence[System]) -> Result:
    click.echo(f"kokuchi: {terminals} terminals, {rounds} rounds …", err=True)
    with folder_on_disk() as folder:
        result = measure(folder, first_free(_PORTS, 12), terminals, rounds, Floor(), others)
    print_result(result)
    return result


def _interrupt(terminals: int, hobby: Hobby) -> list[Interruption]:
    with folder_on_disk() as folder:
        interruptions = interrupt(folder, first_free(_PORTS, 12), terminals, hobby)
    print_interruptions(interruptions)
    return interruptions


if __name__ == "__main__":
    main()
