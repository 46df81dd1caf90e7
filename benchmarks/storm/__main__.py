"""`make bench-storm`: how much longer the town needs than its broker alone, and whether its pages stay at hand."""

import json
import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from benchmarks.broker.ground import ground
from benchmarks.disk import folder_on_disk
from benchmarks.lines import Line, print_lines
from benchmarks.spread import Spread
from benchmarks.storm.calm import Calm
from benchmarks.storm.town import Storm, StormyTown
from benchmarks.year import percentile
from demo.processes import DemoError, first_free
from fleet import FleetError, allow_many_connections
from kokuchi import logs

MOST_RATIO = 2.0
PAGE_MS = 200.0
SMALL_TOWN = 1500
SMALL_MIB, LARGE_MIB = 150.0, 500.0
_PORTS = range(21_000, 31_000)
"""Below those that the kernel gives to outgoing connections, of which there are many."""

KINDS = {"kept": "the broker ran on", "forgot": "the broker was killed and has forgotten everything"}


@dataclass(frozen=True)
class Measured:
    """What all rounds have shown: the floor, the storms of each kind, and the centre's memory in MiB."""

    floor: list[float]
    storms: dict[str, list[Storm]]
    memory: float

    def ratios(self, kind: str) -> list[float]:
        """Return how many times the floor of the same round it took until all were synced and all was stored."""
        return [
            max(storm.synced, storm.stored) / floor for storm, floor in zip(self.storms[kind], self.floor, strict=True)
        ]

    def page(self, name: str) -> list[float]:
        """Return the milliseconds of a page in all storms."""
        return [taken for storm in self._all() for taken in storm.pages[name]]

    @property
    def pages(self) -> list[str]:
        """The names of the pages."""
        return list(next(iter(self._all())).pages)

    @property
    def dropped(self) -> int:
        """How many messages the broker has dropped."""
        return max(storm.dropped for storm in self._all())

    def _all(self) -> Iterable[Storm]:
        return (storm for storms in self.storms.values() for storm in storms)


def measure(folder: Path, port: int, terminals: int, rounds: int) -> Measured:
    """Let the floor and both kinds of storms take turns; raises DemoError, FleetError or WireError."""
    floor: list[float] = []
    storms: dict[str, list[Storm]] = {kind: [] for kind in KINDS}
    with ground(folder, port, terminals, []) as below, closing(StormyTown(below)) as town, closing(Calm(below)) as calm:
        for _ in range(rounds):
            town.lose_power()
            floor.append(calm.storm())
            for kind, found in storms.items():
                found.append(town.storm(broker_forgets=kind == "forgot"))
        return Measured(floor, storms, max(town.meter.used["centre"].resident))


def judge(measured: Measured, terminals: int) -> list[Line]:
    """Return each figure that has a bound; the worse kind of storm decides."""
    memory = SMALL_MIB if terminals <= SMALL_TOWN else LARGE_MIB
    return [
        *(
            Line(f"all synced and stored, {words}", median(measured.ratios(kind)), MOST_RATIO, "x the floor")
            for kind, words in KINDS.items()
        ),
        *(
            Line(f"the page {name} meanwhile, p99", percentile(measured.page(name), 0.99), PAGE_MS, "ms")
            for name in measured.pages
        ),
        Line("memory of the centre", measured.memory, memory, "MiB"),
        Line("messages that the broker has dropped", measured.dropped, 0, ""),
    ]


def show(measured: Measured, lines: Sequence[Line], terminals: int) -> None:
    """Print the times and each figure with its bound."""
    click.echo(
        f"{terminals} terminals come back at once, {len(measured.floor)} rounds; milliseconds, the median (least-most)"
    )
    click.echo(f"{'the broker alone, three messages and their answers':<62} {Spread.of(measured.floor).text(0)}")
    for kind, words in KINDS.items():
        storms = measured.storms[kind]
        click.echo(f"{words}:")
        click.echo(
            f"{'  all have three alerts, and are synced':<62} {Spread.of([one.synced for one in storms]).text(0)}"
        )
        click.echo(f"{'  and the ledger has it':<62} {Spread.of([one.stored for one in storms]).text(0)}")
        click.echo(f"{'  times the broker alone':<62} {Spread.of(measured.ratios(kind)).text(2)}")
    for name in measured.pages:
        page = measured.page(name)
        took = f"p50 {median(page):6.0f}  p99 {percentile(page, 0.99):6.0f}  most {max(page):6.0f}"
        click.echo(f"{f'the page {name}, asked {len(page)} times':<62} {took}")
    click.echo()
    print_lines(lines)


def as_json(measured: Measured, lines: Sequence[Line], terminals: int) -> dict[str, object]:
    """Return everything as an object."""
    return {
        "n": terminals,
        "rounds": len(measured.floor),
        "floor_ms": measured.floor,
        **{
            kind: {
                "synced_ms": [one.synced for one in storms],
                "stored_ms": [one.stored for one in storms],
                "ratio": median(measured.ratios(kind)),
            }
            for kind, storms in measured.storms.items()
        },
        "page_p99_ms": {name: percentile(measured.page(name), 0.99) for name in measured.pages},
        "centre_rss_mib": measured.memory,
        "dropped": measured.dropped,
        "good": all(line.is_good for line in lines),
    }


@click.command()
@click.option("--terminals", "-n", type=click.IntRange(1, 19_900), default=10_000, show_default=True, help="How many.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How often each takes its turn.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON on the last line.")
def main(terminals: int, rounds: int, json_wanted: bool) -> None:
    """Cut all terminals off, let three alerts wait for them, let them come back; compare with Mosquitto alone.

    Exit code 0: everything is within its bound. 1: something is not, or the bench could not be run.
    """
    allow_many_connections()
    logs.configure()
    logging.getLogger().setLevel(logging.WARNING)
    try:
        with folder_on_disk() as folder:
            measured = measure(folder, first_free(_PORTS, 12), terminals, rounds)
    except (DemoError, FleetError) as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    lines = judge(measured, terminals)
    show(measured, lines, terminals)
    if json_wanted:
        click.echo(json.dumps(as_json(measured, lines, terminals)))
    sys.exit(0 if all(line.is_good for line in lines) else 1)


if __name__ == "__main__":
    main()
