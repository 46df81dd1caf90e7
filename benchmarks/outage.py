"""`make bench-outage`: what becomes of the reports of a town whose collectors stand still or are killed meanwhile.

N terminals report three times each of an alert. In the middle every collector (the centre, and further ones with
COLLECTORS above 1) is stopped for SECONDS, and of a second alert killed. Exit code 0 when the broker has dropped
nothing and the ledger has every stage of every delivery, else 1. With JSON=1 in the environment the last line is a
JSON object.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from benchmarks.disk import folder_on_disk
from benchmarks.outage_town import OutageTown, outage_town
from demo.places import Places
from demo.processes import first_free
from fleet import ALL_STAGES, FleetError

TERMINALS, SECONDS = 1500, 60.0
PATIENCE = 300.0


@dataclass(frozen=True)
class Outcome:
    """What an outage did. `waited` is how many reports the ledger still lacked when it was over.

    `stored_after` is how many seconds later it lacked none, `processor` how many of a processor the collectors have
    used for that, starting included. `complete` is of how many terminals it then has every stage.
    """

    what: str
    reports: int
    waited: int
    complete: int
    dropped: int
    stored_after: float
    processor: float

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost."""
        return self.dropped == 0 and self.complete * len(ALL_STAGES) == self.reports


def outage(town: OutageTown, what: str, begin: Callable[[], None], end: Callable[[], None], seconds: float) -> Outcome:
    """Let an outage begin as soon as some of an alert's reports are in the ledger, and end after some seconds."""
    row, size = town.send(what), len(town.fleet.terminals)
    town.fleet.run_until(lambda: town.received(row) > 0, PATIENCE)
    begin()
    over = time.monotonic() + seconds
    town.fleet.run_until(lambda: town.everybody_has_reported(what) and time.monotonic() > over, PATIENCE + seconds)
    reach = town.ledger.deliveries.reach([row])[row]
    waited = len(ALL_STAGES) * size - reach.received - reach.voiced - reach.confirmed
    end()
    resumed, used = time.monotonic(), town.processor_seconds()

    def is_stored() -> bool:
        town.revive()
        return town.is_stored(row)

    try:
        town.fleet.run_until(is_stored, PATIENCE)
    except FleetError as error:
        print(error)
    stored_after = time.monotonic() - resumed
    processor = sum(seconds - used.get(pid, 0) for pid, seconds in town.processor_seconds().items())
    return Outcome(what, len(ALL_STAGES) * size, waited, town.complete(row), town.dropped(), stored_after, processor)


def outages(town: OutageTown, seconds: float) -> list[Outcome]:
    """Let the collectors of a town stand still, and then die."""
    return [
        outage(town, "stopped", lambda: town.stop(town.collectors), lambda: town.resume(town.collectors), seconds),
        outage(town, "killed", lambda: town.kill(town.collectors), town.revive, 0),
    ]


def main() -> int:
    """Measure, print, and tell whether nothing was lost."""
    terminals, collectors = int(os.environ.get("N") or TERMINALS), int(os.environ.get("COLLECTORS") or 1)
    seconds = float(os.environ.get("SECONDS") or SECONDS)
    with folder_on_disk() as folder:
        places = Places(folder, first_free(range(20000, 30000), 12))
        with outage_town(places, terminals, collectors) as town:
            outcomes = outages(town, seconds)
    print(f"{terminals} terminals, {collectors} collector(s), {seconds:g} s")
    print("           reports   waited  complete  dropped  stored after  of a processor")
    for one in outcomes:
        mark = "" if one.is_good else "   LOST"
        print(
            f"{one.what:<9} {one.reports:>8} {one.waited:>8} {one.complete:>9} {one.dropped:>8}"
            f" {one.stored_after:>11.2f} s {one.processor:>13.2f} s{mark}"
        )
    is_good = all(one.is_good for one in outcomes)
    if os.environ.get("JSON"):
        found = {"good": is_good, "n": terminals, "collectors": collectors, "seconds": seconds}
        print(json.dumps({**found, "outages": [asdict(one) for one in outcomes]}))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
