"""What has been kept long enough goes while reports come in: how long these wait, and whether the file shrinks."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from benchmarks.growth_town import BATCH, came_back
from broadcaster.domain.retention import Retention
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from kokuchi.database import sqlite_of
from kokuchi.wire import DeliveryReport

PAUSE_SECONDS = 0.02
"""Between two batches of reports."""


@dataclass(frozen=True)
class Pruned:
    """Milliseconds that the writing of a batch took, before and meanwhile, and what became of the file."""

    quiet_median: float
    quiet_longest: float
    median: float
    longest: float
    written: int
    seconds: float
    removed: dict[str, int]
    bytes_before: int
    bytes_after: int
    free_pages: int


def prune(
    ledger: Ledger, kept: Retention, now: datetime, newest: Accepted, terminals: Sequence[str], quiet_seconds: float
) -> Pruned:
    """Prune in this thread while another one writes reports, as in the running centre."""
    with _writing(ledger, newest, terminals) as quiet:
        time.sleep(quiet_seconds)
    _checkpoint(ledger)
    before = sqlite_of(ledger.connections).path.stat().st_size
    began = time.perf_counter()
    with _writing(ledger, newest, terminals) as waits:
        removed = ledger.pruning.prune(kept, now)
    seconds = time.perf_counter() - began
    _checkpoint(ledger)
    return Pruned(
        statistics.median(quiet),
        max(quiet),
        statistics.median(waits),
        max(waits),
        len(waits),
        seconds,
        removed,
        before,
        sqlite_of(ledger.connections).path.stat().st_size,
        int(ledger.connections.read().execute("PRAGMA freelist_count").fetchone()[0]),
    )


@contextmanager
def _writing(ledger: Ledger, newest: Accepted, terminals: Sequence[str]) -> Iterator[list[float]]:
    """Write batches of reports while the block runs; the list has the milliseconds of each when it has ended."""
    shown, said, _ = came_back(newest.alert, terminals)
    batches = [stage[first : first + BATCH] for stage in (shown, said) for first in range(0, len(stage), BATCH)]
    waits: list[float] = []
    enough = threading.Event()
    thread = threading.Thread(target=_write, args=(ledger, newest.row, batches, waits, enough.is_set))
    thread.start()
    try:
        yield waits
    finally:
        enough.set()
        thread.join()


def _write(
    ledger: Ledger, row: int, batches: Sequence[list[DeliveryReport]], waits: list[float], enough: Callable[[], bool]
) -> None:
    while not enough():
        for batch in batches:
            began = time.perf_counter()
            ledger.deliveries.record(batch)
            waits.append(1000 * (time.perf_counter() - began))
            time.sleep(PAUSE_SECONDS)
        with ledger.connections.write() as db:
            db.execute("UPDATE deliveries SET received_at = NULL, voiced_at = NULL WHERE alert_id = ?", [row])


def _checkpoint(ledger: Ledger) -> None:
    """Bring what is in the write-ahead log into the file, so that its size says something."""
    ledger.connections.read().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
