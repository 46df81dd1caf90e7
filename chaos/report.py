"""The result of a run for people and for programs."""

import json
from datetime import UTC, datetime

import click

from broadcaster.commands.context import print_table
from chaos.evidence import Evidence
from chaos.judge import Offence, stages
from chaos.run import Result

_DESCRIBED = 3


def as_json(result: Result) -> str:
    """Return the result as one line of JSON."""
    verdict = result.verdict
    return json.dumps(
        {
            "seed": result.schedule.seed,
            "minutes": round(result.schedule.seconds / 60, 2),
            "terminals": result.terminals,
            "alerts": result.alerts,
            "deliveries": result.deliveries,
            "faults": result.schedule.counts(),
            "lost": len(verdict.lost),
            "voiced_twice": len(verdict.voiced_twice),
            "voiced_after_cancel": len(verdict.voiced_after_cancel),
            "voiced_forged": len(verdict.voiced_forged),
            "reports_missing": len(verdict.reports_missing),
            "settle_s": _seconds(result),
        }
    )


def print_result(result: Result) -> None:
    """Print the table, and the first offences of each kind with the journals of their terminals."""
    verdict = result.verdict
    rows = [
        ["seed", str(result.schedule.seed)],
        ["minutes", f"{result.schedule.seconds / 60:g}"],
        ["terminals", str(result.terminals)],
        ["alerts (each revision)", str(result.alerts)],
        ["deliveries", str(result.deliveries)],
        *([f"fault: {kind.replace('_', ' ')}", str(count)] for kind, count in result.schedule.counts().items()),
        ["lost", str(len(verdict.lost))],
        ["voiced twice", str(len(verdict.voiced_twice))],
        ["voiced after cancel", str(len(verdict.voiced_after_cancel))],
        ["voiced though forged", str(len(verdict.voiced_forged))],
        ["reports missing", str(len(verdict.reports_missing))],
        ["seconds to settle", f"{seconds:g}" if (seconds := _seconds(result)) is not None else "not settled"],
        ["memory of light terminals", "{} MiB resident, {} MiB proportional".format(*(m >> 20 for m in result.memory))],
    ]
    print_table(["", ""], rows)
    for words, offences in (
        ("lost", verdict.lost),
        ("voiced twice", verdict.voiced_twice),
        ("voiced after cancel", verdict.voiced_after_cancel),
        ("voiced though forged", verdict.voiced_forged),
        ("report missing", verdict.reports_missing),
    ):
        for offence in offences[:_DESCRIBED]:
            click.echo(f"\n{words}: {describe(offence, result.evidence)}")
    for failure in result.failures:
        click.echo(f"\na program failed by itself: {failure}")


def describe(offence: Offence, evidence: Evidence) -> str:
    """Return an offence with what the terminal has kept and written down of its alert."""
    alert = offence.key.alert
    home = evidence.homes[offence.terminal]
    lines = [f"{alert} revision {offence.key.revision} at {offence.terminal}: {offence.words}"]
    lines += [
        f"  published {key.revision}: {published.sent} to {published.expires}{' Cancel' if published.is_cancel else ''}"
        for key, published in sorted(evidence.published.items())
        if key.alert == alert
    ]
    lines += [
        f"  inbox {key.revision}: {stages(kept)}" for key, kept in sorted(home.inbox.items()) if key.alert == alert
    ]
    lines += [
        f"  {datetime.fromtimestamp(line.at, UTC):%H:%M:%S.%f} process {line.process}: {line.what}"
        f" {line.key.revision if line.key else ''} {line.detail}"
        for line in home.journal or ()
        if line.key is None or line.key.alert == alert
    ]
    return "\n".join(lines)


def _seconds(result: Result) -> float | None:
    return None if result.settle_seconds is None else round(result.settle_seconds, 1)
