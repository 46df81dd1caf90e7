"""kokuchi itself: from the staff's click to every stage of every delivery in the ledger."""

import time

from benchmarks.broker.ground import Ground
from benchmarks.broker.helper import Helper
from benchmarks.broker.systems import Times
from benchmarks.processes import tree
from demo.processes import DemoError
from fleet import Plain

ROUND_SECONDS = 300.0
LOOK_SECONDS = 0.004
"""How often the ledger is looked at: one row of sums, from another connection."""


class Chain:
    """The real centre, on a ledger that is a file on disk."""

    name = "kokuchi"
    plain: tuple[Plain, ...] = ()

    def __init__(self) -> None:
        self._staff: Helper | None = None
        self._looked = 0.0
        self._last = ""

    def start(self, ground: Ground) -> None:
        """Start the centre, and let somebody of the staff log in."""
        places = ground.places
        ground.start_centre()
        log = places.logs / "staff.log"
        self._staff = Helper("benchmarks.broker.clicking", log, str(places.data), str(places.port))
        self._staff.wait(ground.fleet)

    def run(self, ground: Ground, number: int) -> Times:
        """Send one alert to all terminals."""
        self._running.tell(headline=f"市役所職員をかたる不審な電話に注意 {number}")
        identifier = self._last = str(self._running.wait(ground.fleet)["identifier"])
        self._running.tell(click=True)
        seen = self._wait_until_stored(ground, identifier)
        clicked = float(self._running.wait(ground.fleet)["clicked"])
        received = ground.fleet.shared.opening.last_at(identifier)
        return Times((received - clicked) * 1000, (seen - clicked) * 1000)

    def check(self, ground: Ground) -> None:
        """Count the deliveries themselves: the sums were kept for us by whom we measure."""
        accepted = ground.ledger.alerts.get(self._last)
        assert accepted is not None  # noqa: S101 - it was found before
        lines = ground.ledger.deliveries.of_alert(accepted.row)
        complete = sum(line.delivery.is_complete for line in lines)
        if complete != ground.terminals:
            raise DemoError(f"{complete} of {ground.terminals} deliveries are complete, the sums say all")

    def pids(self, ground: Ground) -> dict[str, int]:
        """Return the centre and its children, which are its voice."""
        centre, *children = tree(ground.processes.pid("centre"))
        return {"centre": centre, **{f"voice {number}": child for number, child in enumerate(children, start=1)}}

    def close(self) -> None:
        """End the staff; the centre ends with the ground."""
        if self._staff:
            self._staff.close()

    def _wait_until_stored(self, ground: Ground, identifier: str) -> float:
        count, opening = ground.terminals, ground.fleet.shared.opening

        def is_stored() -> bool:
            now = time.perf_counter()
            if opening.holders(identifier) < count or now - self._looked < LOOK_SECONDS:
                return False
            self._looked = now
            accepted = ground.ledger.alerts.get(identifier)
            if accepted is None:
                return False
            reach = ground.ledger.deliveries.reach([accepted.row])[accepted.row]
            return min(reach.received, reach.displayed, reach.voiced, reach.confirmed) >= count

        ground.drive_until(is_stored, ROUND_SECONDS)
        return time.perf_counter()

    @property
    def _running(self) -> Helper:
        assert self._staff is not None  # noqa: S101 - `start` comes first
        return self._staff
