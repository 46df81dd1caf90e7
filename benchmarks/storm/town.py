"""A town of the real centre and broker in a storm."""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.broker.figures import Meter
from benchmarks.broker.ground import Ground
from benchmarks.broker.helper import Helper
from benchmarks.processes import tree
from demo.preparation import USERS
from demo.staff import Staff
from demo.town import forget_sessions
from fleet import ON_THE_SCREEN
from kokuchi.wire.fields import iso

ALERTS = 3
SECONDS = 300.0
LOOK_SECONDS = 0.01
_BODY = "本日午前10時ごろ、町内で不審な電話がありました。電話を切って、家族や役場に相談してください。" * 3


@dataclass(frozen=True)
class Storm:
    """Milliseconds until all were caught up and synced, until the ledger had it all, and of each page meanwhile."""

    synced: float
    stored: float
    pages: dict[str, list[float]]
    dropped: int


class StormyTown:
    """The centre, somebody who sends alerts and somebody who reads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.meter = Meter()
        # What counts are the receipts: one report for each alert.
        ground.fleet.shared.script = ON_THE_SCREEN
        places = ground.places
        ground.start_centre()
        ground.connect()
        log = places.logs / "reading.log"
        self._reader = Helper("benchmarks.storm.reading", log, str(places.data), str(places.port))
        self._reader.wait(ground.fleet)

    def storm(self, *, broker_forgets: bool) -> Storm:
        """Let everybody lose power and come back to three alerts; the broker may have lost all that it knew."""
        ground = self._ground
        ground.fleet.lose_power()
        ground.rest(self._pids())
        dropped = self._dropped() if broker_forgets else 0
        alerts = self._send()
        if broker_forgets:
            self._let_broker_forget()
        ground.rest(self._pids())
        pids = self._pids_by_name()
        self.meter.begin(pids)
        self._reader.tell(alert=alerts[-1])
        began = time.perf_counter()
        ground.fleet.come_back(within=0)
        ground.drive_until(self._all_caught_up(alerts), SECONDS)
        synced = time.perf_counter()
        ground.drive_until(self._all_stored(alerts), SECONDS)
        stored = time.perf_counter()
        self._reader.tell(over=True)
        pages = self._reader.wait(ground.fleet)
        self.meter.end(pids)
        storm = Storm((synced - began) * 1000, (stored - began) * 1000, pages, dropped + self._dropped())
        self._let_expire()
        return storm

    def lose_power(self) -> None:
        """Cut everybody off and wait until that is written."""
        self._ground.fleet.lose_power()
        self._ground.rest(self._pids())

    def close(self) -> None:
        """End who reads; the centre ends with the ground."""
        self._reader.close()

    def _send(self) -> list[str]:
        account, password = USERS[0]
        with Staff(self._ground.places, account.name, password) as staff:
            return [staff.send("scam", f"不審な電話に注意 {number}", _BODY, ()) for number in range(ALERTS)]

    def _let_broker_forget(self) -> None:
        processes = self._ground.processes
        processes.end("mosquitto", signal.SIGKILL)
        forget_sessions(self._ground.places)
        # Not `wait_for`, to which a broker that has ended is a failure.
        self._ground.drive_until(lambda: not self._ground.is_linked(), 60)
        processes.start_again("mosquitto")
        processes.wait_for("the centre's link", self._ground.is_linked, 60)

    def _all_caught_up(self, alerts: list[str]) -> Callable[[], bool]:
        opening, count = self._ground.fleet.shared.opening, self._ground.terminals
        all_synced = self._ground.fleet.all_synced()
        return lambda: all_synced() and all(opening.holders(alert) == count for alert in alerts)

    def _all_stored(self, alerts: list[str]) -> Callable[[], bool]:
        ledger, count = self._ground.ledger, self._ground.terminals
        rows = [accepted.row for accepted in map(ledger.alerts.get, alerts) if accepted]
        looked = 0.0

        def all_stored() -> bool:
            nonlocal looked
            if time.perf_counter() - looked < LOOK_SECONDS:
                return False
            looked = time.perf_counter()
            return all(reach.received == count for reach in ledger.deliveries.reach(rows).values())

        return all_stored

    def _let_expire(self) -> None:
        """Let these alerts have expired before the next storm, at both ends."""
        with self._ground.ledger.connections.write() as db:
            db.execute("UPDATE alerts SET expires_at = ?", [iso(datetime.now(UTC) - timedelta(seconds=1))])
        for terminal in self._ground.fleet.terminals.values():
            terminal.held.clear()

    def _dropped(self) -> int:
        places = self._ground.places
        log = places.logs / "counter.log"
        with closing(Helper("benchmarks.broker.counter", log, str(places.broker_port))) as counter:
            counter.tell(dropped=True)
            return int(counter.wait(self._ground.fleet)["dropped"])

    def _pids_by_name(self) -> dict[str, int]:
        processes = self._ground.processes
        return {"centre": tree(processes.pid("centre"))[0], "broker": processes.pid("mosquitto")}

    def _pids(self) -> list[int]:
        return list(self._pids_by_name().values())
