"""What is left of a town's reports when Node-RED is killed in the middle and started again."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from benchmarks.broker.ground import Ground, ground
from benchmarks.hobby.system import Hobby
from kokuchi.wire.fields import JsonObject

TIMES = 3
SETTLED_SECONDS = 5.0
"""After so long without a new row there is none to come: the broker has handed over what it had kept."""

_CONNECTED_SECONDS = 600.0


@dataclass(frozen=True)
class Interruption:
    """Reports that terminals have made, in the end and until the kill; how many were stored then, and in the end."""

    reported: int
    reported_when_killed: int
    stored_when_killed: int
    stored: int

    def __str__(self) -> str:
        return (
            f"Node-RED killed after {self.reported_when_killed} of {self.reported} reports, with"
            f" {self.stored_when_killed} stored: {self.reported - self.stored} are lost for ever"
        )

    def as_json(self) -> JsonObject:
        """Return it for programs."""
        return asdict(self)


def interrupt(folder: Path, port: int, terminals: int, hobby: Hobby) -> list[Interruption]:
    """Kill Node-RED three times in the middle of an alert, on a ground of its own; raises DemoError or FleetError."""
    with ground(folder, port, terminals, hobby.plain) as below:
        try:
            hobby.start(below)
            below.fleet.come_back(within=terminals / 1000)
            everybody = below.fleet.terminals.values()
            below.drive_until(lambda: all(one.is_connected for one in everybody), _CONNECTED_SECONDS)
            # The first alert finds a program that has just begun, and is no measure.
            hobby.run(below, 0)
            return [_once(below, hobby) for _ in range(TIMES)]
        finally:
            hobby.close()


def print_interruptions(interruptions: Sequence[Interruption]) -> None:
    """Print a line for each."""
    for each in interruptions:
        click.echo(str(each))


def _once(below: Ground, hobby: Hobby) -> Interruption:
    """Kill it when half of the reports are made, and start it again when all are.

    The broker keeps for it what it has not acknowledged: what is lost is what it had acknowledged and not written.
    """
    expected = hobby.expected(below)
    hobby.click()
    hobby.clicked(below)
    hobby.drive_until(below, lambda: hobby.reported >= expected / 2)
    hobby.node_red.kill()
    reported_when_killed, stored_when_killed = hobby.reported, hobby.counted()
    hobby.drive_until(below, lambda: hobby.reported >= expected)
    hobby.node_red.start_again()
    stored, rose = hobby.counted(), time.monotonic()

    def is_settled() -> bool:
        nonlocal stored, rose
        if (now_stored := hobby.counted()) > stored:
            stored, rose = now_stored, time.monotonic()
        return stored == expected or time.monotonic() - rose > SETTLED_SECONDS

    hobby.drive_until(below, is_settled)
    return Interruption(expected, reported_when_killed, stored_when_killed, stored)
