"""`make bench-growth`: whether a ledger of 1,000 alerts to 1,500 terminals is as quick as an empty one.

Both do the same in one run, one after the other in each round, so that only the ratios matter. Then what has been kept
long enough is pruned while reports come in. It takes about four minutes. KEEP=FILE takes that ledger if it is there
already, and leaves it as it is; else it is kept there. Exit code 0 when everything is within its bound, else 1. With
JSON=1 in the environment the last line is a JSON object.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.growth_pruning import Pruned, prune
from benchmarks.growth_town import PRESENCES, GrowthTown
from benchmarks.lines import Line, print_lines
from benchmarks.spread import Spread
from benchmarks.year import REPORTER, Taken, ledger_of_a_year
from benchmarks.year_ledger import END, YEAR, write_beginning
from broadcaster.domain.audience import Terminal
from broadcaster.domain.retention import Retention
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from kokuchi.database import sqlite_of
from tests.broadcaster.web.large_town import large_roster
from tests.broadcaster.web.town import PASSWORD
from tests.passwords import quick_passwords

ROUNDS = 9
MOST = 1.2
MOST_OF = {PRESENCES: 2.5}
"""A terminal's comings and goings are read by terminal, so each has its page of the index, in the larger one too."""
BYTES_A_DELIVERY = 400
LONGEST_WAIT_MS = 500.0
PRUNED_SHARE = 0.1
MOST_LEFT = 0.95
MEGABYTE = 1e6


@dataclass(frozen=True)
class Ratios:
    """How much longer the large ledger takes than the empty one: of each round, by the clock and by the processor."""

    empty: float
    large: float
    wall: list[float]
    processor: list[float]

    @classmethod
    def of(cls, empty: Sequence[Taken], large: Sequence[Taken]) -> "Ratios":
        """Compare what was taken in the same rounds."""
        pairs = list(zip(empty, large, strict=True))
        return cls(
            statistics.median(each.wall for each in empty),
            statistics.median(each.wall for each in large),
            [many.wall / none.wall for none, many in pairs],
            [many.processor / none.processor for none, many in pairs],
        )


async def compare(empty: Ledger, large: Ledger, roster: Sequence[Terminal], rounds: int) -> dict[str, Ratios]:
    """Return the ratios of everything that both ledgers did in turn."""
    terminals = [terminal.id for terminal in roster]
    towns = [GrowthTown(empty, terminals), GrowthTown(large, terminals)]
    for town in towns:
        await town.log_in(REPORTER)
    for number in range(rounds + 1):
        for town in towns if number % 2 else reversed(towns):
            await town.round()
            if not number:
                # The first time, modules are loaded and templates compiled.
                town.taken.clear()
    for town in towns:
        await town.close()
    none, many = (town.taken for town in towns)
    return {name: Ratios.of(none[name], many[name]) for name in none}


def bytes_of_deliveries(ledger: Ledger) -> tuple[int, int, int]:
    """Return how many deliveries there are, the bytes of their table and its indexes, and those of the whole file."""
    database = ledger.connections.read()
    count = int(database.execute("SELECT count(*) FROM deliveries").fetchone()[0])
    pages = database.execute(
        "SELECT sum(pgsize) FROM dbstat WHERE name IN"
        " (SELECT name FROM sqlite_master WHERE tbl_name = 'deliveries' AND type IN ('table', 'index'))"
    ).fetchone()
    return count, int(pages[0]), sqlite_of(ledger.connections).path.stat().st_size


def make_empty(path: Path, roster: list[Terminal]) -> Ledger:
    """Make the ledger of a town to which nothing was ever sent."""
    ledger = write_beginning(path, roster)
    with quick_passwords():
        ledger.accounts.add(Account(REPORTER, "田中 花子", Role.ADMINISTRATOR), PASSWORD)
    ledger.broker.record(True, "", END)
    return ledger


def prune_a_tenth(ledger: Ledger, roster: Sequence[Terminal], quiet_seconds: float = 3.0) -> Pruned:
    """Let the first tenth of the year go."""
    kept = int(YEAR.days * (1 - PRUNED_SHARE))
    [newest] = ledger.alerts.newest(1)
    terminals = [terminal.id for terminal in roster]
    return prune(ledger, Retention(alerts=kept, presences=kept), END, newest, terminals, quiet_seconds)


def lines_of(ratios: dict[str, Ratios], sizes: tuple[int, int, int], pruned: Pruned) -> list[Line]:
    """Return what must not grow, with its bounds."""
    count, _, size = sizes
    by_clock = {name: statistics.median(each.wall) for name, each in ratios.items()}
    by_processor = {name: statistics.median(each.processor) for name, each in ratios.items()}
    return [
        *(Line(f"{name}: clock", ratio, MOST_OF.get(name, MOST), "times") for name, ratio in by_clock.items()),
        *(Line(f"{name}: processor", ratio, MOST_OF.get(name, MOST), "times") for name, ratio in by_processor.items()),
        Line("the file, for each delivery", size / count, BYTES_A_DELIVERY, "bytes"),
        Line("500 reports while a tenth goes, the longest", pruned.longest, LONGEST_WAIT_MS, "ms"),
        Line("the file afterwards", pruned.bytes_after / pruned.bytes_before, MOST_LEFT, "of before"),
        Line("free pages left in it", pruned.free_pages, 0, "pages"),
    ]


def report(ratios: dict[str, Ratios], sizes: tuple[int, int, int], pruned: Pruned, lines: Sequence[Line]) -> None:
    """Print what was measured."""
    count, table, size = sizes
    print(f"{'milliseconds':<48} {'empty':>8} {'large':>8}  {'clock':^20}  {'processor':^20}")
    for name, each in ratios.items():
        wall, processor = Spread.of(each.wall).text(2), Spread.of(each.processor).text(2)
        print(f"{name:<48} {each.empty:8.1f} {each.large:8.1f}  {wall:^20}  {processor:^20}")
    print(
        f"{count} deliveries: {table / MEGABYTE:.0f} MB with their indexes, {table / count:.0f} bytes each,"
        f" in a file of {size / MEGABYTE:.0f} MB"
    )
    print(
        f"pruned {pruned.removed} in {pruned.seconds:.1f} s; the file went from {pruned.bytes_before / MEGABYTE:.0f} to"
        f" {pruned.bytes_after / MEGABYTE:.0f} MB. 500 reports took {pruned.median:.0f} ms meanwhile, at most"
        f" {pruned.longest:.0f} (of {pruned.written}); otherwise {pruned.quiet_median:.0f}, at most"
        f" {pruned.quiet_longest:.0f}"
    )
    print_lines(lines)


def main() -> int:
    """Measure, print, and tell whether all is well."""
    roster = large_roster()
    with tempfile.TemporaryDirectory() as folder, quick_passwords():
        with ledger_of_a_year() as kept:
            # Closed, it is one file, and a copy is what is written to.
            kept.close()
            shutil.copy(sqlite_of(kept.connections).path, Path(folder) / "large.sqlite")
        large, empty = Ledger(Path(folder) / "large.sqlite"), make_empty(Path(folder) / "empty.sqlite", roster)
        sizes = bytes_of_deliveries(large)
        ratios = asyncio.run(compare(empty, large, roster, ROUNDS))
        pruned = prune_a_tenth(large, roster)
        empty.close()
        large.close()
    lines = lines_of(ratios, sizes, pruned)
    report(ratios, sizes, pruned, lines)
    is_good = all(line.is_good for line in lines)
    if os.environ.get("JSON"):
        each = {name: asdict(ratio) for name, ratio in ratios.items()}
        count, table, size = sizes
        file = {"deliveries": count, "bytes": table, "file_bytes": size}
        print(json.dumps({"good": is_good, "ratios": each, **file, "pruned": asdict(pruned)}, ensure_ascii=False))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
