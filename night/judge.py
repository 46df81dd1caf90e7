"""What must be true of the centre after a night. Pure: from what was measured to findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from broadcaster.ledger.pruning import KEPT, RULES, WITH_THEIR_ALERT
from night.measuring import Sample

MEMORY_GROWTH = 1.1
"""The most that the least of the last quarter may be of that of the second; the first one warms up."""

MOST_DESCRIPTORS_MORE = 30
MOST_LOG_BYTES = 64 * 1024 * 1024
"""SQLite takes the write-ahead log back at 4 MB where no reader is in the way."""

PAGE_SECONDS = 1.0
"""Nineteen of twenty pages come within it, while a whole day passes in a few minutes."""

ENOUGH = 0.9
"""How much of what was to happen has to have happened: a terminal that is just away does nothing."""

REMOVED = {rule.table for rule in RULES}
"""The tables whose rows go when they have been kept long enough; others may not grow in a night."""

MOST_ROWS: Mapping[str, int] = {"quarantine": 1000}
"""The tables that are cut at a number of rows."""

QUIET = 1.02
"""A table whose rows are overwritten or pruned has reached its size by the middle of the night, but for chance."""


@dataclass(frozen=True)
class Finding:
    """One thing that was judged."""

    name: str
    measured: str
    bound: str
    is_good: bool


def judge(
    samples: Sequence[Sample],
    page_seconds: Sequence[float],
    failures: Sequence[str],
    planned: Mapping[str, int],
    done: Mapping[str, int],
) -> list[Finding]:
    """Return what is so and whether it may be so; needs four samples at least, and some pages."""
    return [
        _work(planned, done),
        _memory(samples),
        _descriptors(samples),
        _log(samples),
        _pages(page_seconds),
        _exceptions(failures),
        *_tables(samples),
    ]


def growth(samples: Sequence[Sample]) -> dict[str, int]:
    """Return by how many rows each table has grown in the night."""
    first, last = samples[0].rows, samples[-1].rows
    return {name: rows - first.get(name, 0) for name, rows in last.items()}


def _work(planned: Mapping[str, int], done: Mapping[str, int]) -> Finding:
    undone = [
        f"{what} {done.get(what, 0)} of {count}" for what, count in planned.items() if _is_undone(what, count, done)
    ]
    return Finding("work of the day", ", ".join(undone) or "done", f"{ENOUGH:.0%} of each", not undone)


def _is_undone(what: str, count: int, done: Mapping[str, int]) -> bool:
    return done.get(what, 0) < ENOUGH * count


def _memory(samples: Sequence[Sample]) -> Finding:
    # A password that is checked takes 64 MiB for that moment; what leaks raises the least, too.
    second, last = (min(sample.resident for sample in _quarter(samples, number)) for number in (1, 3))
    ratio = last / second
    measured = f"{second / 2**20:.1f} → {last / 2**20:.1f} MiB ({ratio:.3f})"
    return Finding("memory of the centre", measured, f"at most {MEMORY_GROWTH}", ratio <= MEMORY_GROWTH)


def _descriptors(samples: Sequence[Sample]) -> Finding:
    second, last = (max(sample.descriptors for sample in _quarter(samples, number)) for number in (1, 3))
    good = last <= second + MOST_DESCRIPTORS_MORE
    return Finding("open files", f"{second} → {last}", f"at most {MOST_DESCRIPTORS_MORE} more", good)


def _log(samples: Sequence[Sample]) -> Finding:
    largest = max(sample.write_ahead_log for sample in samples)
    bound = f"at most {MOST_LOG_BYTES / 2**20:.0f} MiB"
    return Finding("write-ahead log", f"{largest / 2**20:.1f} MiB", bound, largest <= MOST_LOG_BYTES)


def _pages(seconds: Sequence[float]) -> Finding:
    if len(seconds) < 2:
        return Finding("pages", "nobody came to look at one", "some are looked at", False)
    slow = quantiles(seconds, n=20)[-1]
    measured = f"half within {median(seconds) * 1000:.0f}, 95 % within {slow * 1000:.0f} ms"
    return Finding("pages", measured, f"95 % within {PAGE_SECONDS * 1000:.0f} ms", slow <= PAGE_SECONDS)


def _exceptions(failures: Sequence[str]) -> Finding:
    measured = "none" if not failures else f"{len(failures)}: {failures[0]}"
    return Finding("unhandled exceptions", measured, "none", not failures)


def _tables(samples: Sequence[Sample]) -> list[Finding]:
    middle = samples[len(samples) // 2].rows
    return [_table(name, middle.get(name, 0), rows) for name, rows in sorted(samples[-1].rows.items())]


def _table(name: str, middle: int, last: int) -> Finding:
    if name in MOST_ROWS:
        return Finding(f"table {name}", f"{last} rows", f"at most {MOST_ROWS[name]}", last <= MOST_ROWS[name])
    if name in WITH_THEIR_ALERT:
        return Finding(f"table {name}", f"{middle} → {last} rows", "goes with its alert", True)
    if name in REMOVED:
        return Finding(f"table {name}", f"{middle} → {last} rows", "goes when it was kept long enough", True)
    good = last <= max(middle * QUIET, middle + 1)
    return Finding(f"table {name}", f"{middle} → {last} rows", KEPT.get(name, "does not grow"), good)


def _quarter(samples: Sequence[Sample], number: int) -> Sequence[Sample]:
    quarter = max(1, len(samples) // 4)
    start = min(number * quarter, len(samples) - quarter)
    return samples[start:] if number == 3 else samples[start : start + quarter]
