"""The result of a night for people and for programs."""

import json

import click

from broadcaster.commands.context import print_table
from night.judge import growth
from night.run import Night


def as_json(night: Night) -> str:
    """Return the result as one line of JSON."""
    return json.dumps(
        {
            "terminals": night.day.terminals,
            "minutes": round(night.day.seconds / 60, 2),
            "good": night.is_good,
            "done": dict(night.done),
            "findings": [
                {"name": one.name, "measured": one.measured, "bound": one.bound, "good": one.is_good}
                for one in night.findings
            ],
            "rows_a_day": growth(night.samples),
            "faults": night.faults,
        },
        ensure_ascii=False,
    )


def print_night(night: Night) -> None:
    """Print what was done, how the centre was on the way, and each finding with its bound."""
    print_table(["done in the day", "times"], [[what, str(count)] for what, count in sorted(night.done.items())])
    click.echo()
    step = max(1, len(night.samples) // 12)
    print_table(
        ["seconds", "MiB", "files", "log MiB"],
        [
            [
                f"{sample.at:.0f}",
                f"{sample.resident / 2**20:.1f}",
                str(sample.descriptors),
                f"{sample.write_ahead_log / 2**20:.1f}",
            ]
            for sample in night.samples[::step]
        ],
    )
    click.echo()
    more = growth(night.samples)
    rows = [
        [
            "good" if one.is_good else "BAD",
            one.name,
            one.measured,
            f"{more[table]:+} a day" if (table := one.name.removeprefix("table ")) in more else "",
            one.bound,
        ]
        for one in night.findings
    ]
    print_table(["", "what", "measured", "", "bound"], rows)
    for fault in night.faults[:10]:
        click.echo(f"\nBAD: {fault}")
