"""`make bench`: how near kokuchi comes to what the broker allows, with many terminals."""

import json
import logging
import resource
import sys
import tempfile
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
from demo.places import REPOSITORY
from demo.processes import DemoError, first_free
from fleet import FleetError
from kokuchi import logs

SIZES = (1500, 5000, 10_000, 19_900)
_PORTS = range(21_000, 31_000)
"""Below those that the kernel gives to outgoing connections, of which there are many."""


@click.command()
@click.option("--terminals", "-n", type=click.IntRange(1, 19_900), multiple=True, help="How many; may be repeated.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each takes its turn.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON on the last line.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Draw the result into this SVG file.")
def main(terminals: Sequence[int], rounds: int, json_wanted: bool, picture: Path | None) -> None:
    """Send alerts to simulated terminals through the real centre and a real Mosquitto; compare with Mosquitto alone.

    Exit code 0: everything is within its bound. 1: something is not, or the bench could not be run.
    """
    # Each terminal is a connection here and at the broker, which inherits this.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logs.configure()
    logging.getLogger().setLevel(logging.WARNING)
    try:
        results = [_measure(count, rounds) for count in terminals or SIZES]
    except (DemoError, FleetError) as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    if picture:
        picture.write_text(plot(results), encoding="utf-8")
    if json_wanted:
        click.echo(json.dumps(as_json(results)))
    sys.exit(0 if all(line.is_good for result in results for line in judge(result)) else 1)


def _measure(terminals: int, rounds: int) -> Result:
    others: list[System] = [Chain()]
    click.echo(f"kokuchi: {terminals} terminals, {rounds} rounds …", err=True)
    # In memory, where /tmp is often, nothing would be written to a disk.
    parent = REPOSITORY / "var"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix="bench-") as folder:
        result = measure(Path(folder), first_free(_PORTS, 12), terminals, rounds, Floor(), others)
    print_result(result)
    return result


if __name__ == "__main__":
    main()
