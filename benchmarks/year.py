"""`make bench-log`: a year of 1,000 alerts to 1,500 terminals, and how long each page that reads it takes, over HTTP.

It takes about two minutes. KEEP=FILE keeps the ledger, and measures that one if it is there already. Exit code 0 when
everything is within its bound, else 1. With JSON=1 in the environment the last line is a JSON object.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from benchmarks.lines import Line
from benchmarks.year_ledger import END, write_year
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alert_search import Wanted
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.large_town import LARGE_TOWN, large_roster, make_app
from tests.broadcaster.web.town import PASSWORD, Clock, report
from tests.passwords import quick_passwords

ALERTS = 1000
ROUNDS = 20
PAGE_BOUND_MS = 200
BATCH = 500
REPORTER = "hanako"


@dataclass(frozen=True)
class Taken:
    """Milliseconds from the question to the answer, and those of them that a processor worked for it.

    On a machine that does other things too, only the second says something about kokuchi.
    """

    wall: float
    processor: float


def pages(ledger: Ledger) -> dict[str, str]:
    """Return every page that reads the log, each with its address."""
    rows = ledger.alert_search.all(Wanted()).rows
    newest, oldest = (ledger.alerts.by_row(row) for row in (rows[0], rows[-1]))
    assert newest is not None  # noqa: S101 - it was just found
    assert oldest is not None  # noqa: S101
    alert = f"/alerts/{newest.alert.identifier}"
    month = f"since={END - timedelta(days=200):%Y-%m-%d}&until={END - timedelta(days=170):%Y-%m-%d}"
    return {
        "home": "/",
        "log": "/log",
        "log, last page": "/log?page=1000",
        "log, a month": f"/log?{month}",
        "log, a kind": "/log?category=scam",
        "log, a level": "/log?level=emergency",
        "log, drills": "/log?drill=yes",
        "log, words": f"/log?words={quote('電話 ATM')}",
        "log, words that are nowhere": f"/log?words={quote('ありません')}",
        "log, an area": "/log?area=area-3",
        "log, a household": f"/log?who={quote('世帯 0123')}",
        "log, not reached": "/log?result=unreached",
        "log, all heard": "/log?result=heard",
        "log, no sound": "/log?result=silent",
        "log, refused": "/log?result=refused",
        "log, withdrawn": "/log?result=withdrawn",
        "log, no sound in an area": "/log?area=area-3&result=silent",
        "log, refused by any": f"/log?who={quote('世帯')}&result=refused",
        "log, not reached of any": f"/log?who={quote('世帯')}&result=unreached",
        "log, all at once": f"/log?{month}&category=scam&area=area-3&result=silent&words={quote('役場')}",
        "alert": alert,
        "alert, those away": f"{alert}?who=unreached",
        "alert, a household": f"{alert}?search=0123",
        "alert, a year ago": f"/alerts/{oldest.alert.identifier}",
        "terminals": "/terminals",
        "terminal": "/terminals/t-0123",
    }


async def times(ledger: Ledger) -> dict[str, list[Taken]]:
    """Return how long each page took, each time."""
    browser = Browser(make_app(ledger, Clock()))
    await browser.log_in(REPORTER)
    found: dict[str, list[Taken]] = {}
    for name, address in pages(ledger).items():
        for _ in range(ROUNDS):
            began, worked = time.perf_counter(), time.process_time()
            response = await browser.get(address)
            taken = Taken(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked))
            found.setdefault(name, []).append(taken)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
    await browser.client.aclose()
    return found


def batch_milliseconds(ledger: Ledger) -> float:
    """Return how long 500 reports take, as they come from terminals while an alert goes out."""
    accepted = ledger.alerts.by_row(ledger.alert_search.all(Wanted()).rows[0])
    assert accepted is not None  # noqa: S101
    with ledger.connections.write() as db:
        db.execute("UPDATE deliveries SET received_at = NULL WHERE alert_id = ?", [accepted.row])
    roster = ledger.terminals.all()
    taken = []
    for first in range(0, len(roster), BATCH):
        some = roster[first : first + BATCH]
        began = time.perf_counter()
        ledger.deliveries.record(report(accepted.alert, each.id, received_at=END) for each in some)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def _figures(each: list[Taken]) -> dict[str, float]:
    walls = [taken.wall for taken in each]
    return {
        "p50": statistics.median(walls),
        "p99": percentile(walls, 0.99),
        "processor": statistics.median(taken.processor for taken in each),
    }


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@contextmanager
def ledger_of_a_year() -> Iterator[Ledger]:
    """Write it, or open the one that is kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(os.environ.get("KEEP") or Path(folder) / "ledger.sqlite")
        if path.exists():
            ledger = Ledger(path)
        else:
            began = time.perf_counter()
            ledger = write_year(path, LARGE_TOWN, large_roster(), ALERTS)
            with quick_passwords():
                ledger.accounts.add(Account(REPORTER, "田中 花子", Role.ADMINISTRATOR), PASSWORD)
            ledger.broker.record(True, "", END)
            print(f"wrote a year in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        yield ledger
        ledger.close()


def main() -> int:
    """Measure, print, and tell whether all is well."""
    with ledger_of_a_year() as ledger, quick_passwords():
        found = asyncio.run(times(ledger))
        batch = batch_milliseconds(ledger)
    figures = {name: _figures(each) for name, each in found.items()}
    lines = [Line(name, each["p99"], PAGE_BOUND_MS, "ms") for name, each in figures.items()]
    print(f"{'a page, in milliseconds':<34} {'p50':>7} {'p99':>7}  at most   processor")
    for line in lines:
        each = figures[line.name]
        mark = "" if line.is_good else "   OUT OF BOUND"
        print(f"{line.name:<34} {each['p50']:7.1f} {line.value:7.1f}  {line.bound:7g} {each['processor']:11.1f}{mark}")
    print(f"{f'{BATCH} reports written at once':<34} {batch:7.1f}")
    is_good = all(line.is_good for line in lines)
    if os.environ.get("JSON"):
        print(json.dumps({"good": is_good, "pages": figures, "batch": batch}, ensure_ascii=False))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
