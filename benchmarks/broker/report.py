"""The result for people and for programs."""

from collections.abc import Sequence

import click

from benchmarks.broker.chain import Chain
from benchmarks.broker.floor import Floor
from benchmarks.broker.judging import centre_memory, judge
from benchmarks.broker.rounds import Measured, Result
from benchmarks.lines import print_lines
from broadcaster.commands.context import print_table
from kokuchi.wire.fields import JsonObject


def print_result(result: Result) -> None:
    """Print the times, what they cost, and each figure with its bound."""
    deliveries = result.terminals * result.rounds / 1000
    click.echo(
        f"\n{result.terminals} terminals, {result.rounds} rounds; they came within {result.connect_seconds:.1f} s"
    )
    print_table(
        ["", "all have it, ms", "x floor", "all stored, ms", "x floor"],
        [
            [
                name,
                measured.received.text(0),
                result.received_ratio(name).text(2),
                measured.stored.text(0),
                result.stored_ratio(name).text(2),
            ]
            for name, measured in result.systems.items()
        ],
    )
    click.echo()
    print_table(
        ["", "process", "MiB", "most MiB", "processor s a 1,000 deliveries"],
        [
            [name, process, f"{used.resident[-1]:.0f}", f"{used.peak:.0f}", f"{used.seconds / deliveries:.3f}"]
            for name, measured in result.systems.items()
            for process, used in measured.used.items()
        ],
    )
    click.echo()
    print_lines(judge(result))


def as_json(results: Sequence[Result]) -> list[JsonObject]:
    """Return an object for each number of terminals."""
    return [_as_json(result) for result in results]


def _as_json(result: Result) -> JsonObject:
    systems = {name: _system(result, measured) for name, measured in result.systems.items()}
    systems[Chain.name]["centre_rss_mib"] = round(centre_memory(result), 1)
    ratios = {
        name: {
            "received": round(result.received_ratio(name).median, 3),
            "stored": round(result.stored_ratio(name).median, 3),
        }
        for name in result.systems
        if name != Floor.name
    }
    return {
        "n": result.terminals,
        "rounds": result.rounds,
        **systems,
        "ratio": ratios[Chain.name],
        "ratios": ratios,
        "dropped": result.dropped,
        "good": all(line.is_good for line in judge(result)),
    }


def _system(result: Result, measured: Measured) -> JsonObject:
    deliveries = result.terminals * result.rounds / 1000
    return {
        "received_ms": round(measured.received.median, 1),
        "stored_ms": round(measured.stored.median, 1),
        "received_ms_spread": [round(measured.received.least, 1), round(measured.received.most, 1)],
        "stored_ms_spread": [round(measured.stored.least, 1), round(measured.stored.most, 1)],
        "processes": {
            name: {
                "rss_mib": round(used.resident[-1], 1),
                "peak_mib": round(used.peak, 1),
                "processor_seconds_per_1000": round(used.seconds / deliveries, 4),
            }
            for name, used in measured.used.items()
        },
    }
