"""Node-RED as the bench sees it: a system that takes its turn on the same ground."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from benchmarks.broker.ground import Ground, answer_topic, message_topic
from benchmarks.broker.helper import Helper
from benchmarks.broker.systems import Times
from benchmarks.hobby.node_red import SYSTEM, NodeRed
from demo.processes import DemoError
from fleet import Plain

STAGES = ("received", "displayed", "voiced")
ROWS_AT_ONCE = 500
ROUND_SECONDS = 300.0
LOOK_SECONDS = 0.004
"""How often the database is looked at, as kokuchi's ledger is."""


def reports(terminal: str, alert: str) -> list[bytes]:
    """Return what a terminal reports of an alert: a message for each stage, as long as the floor's."""
    now = datetime.now(UTC).isoformat()
    begin = f'{{"version":1,"terminal":"{terminal}","alert":"{alert}","revision":1,"sent":"{now}"'
    return [f'{begin},"stage":"{stage}","at":"{now}","reason":""}}'.encode() for stage in STAGES]


class Hobby:
    """From the post of an alert to three rows of each terminal in Node-RED's database.

    `reported` is how many reports of the latest alert terminals have made.
    """

    name = SYSTEM

    def __init__(self, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self._rows_at_once = rows_at_once
        self._plain = Plain(message_topic(SYSTEM), lambda one: answer_topic(SYSTEM, one), self._reports)
        self.plain: Sequence[Plain] = [self._plain]
        self._alert = ""
        self._before = 0
        self.reported = 0
        self._looked = 0.0
        self._started: tuple[NodeRed, Helper] | None = None

    @property
    def node_red(self) -> NodeRed:
        """What is under test; `start` comes first."""
        return self._running[0]

    def start(self, ground: Ground) -> None:
        """Start Node-RED, and who posts alerts to it."""
        node_red = NodeRed(ground, self._rows_at_once)
        node_red.start()
        log = ground.places.logs / "node-red-staff.log"
        self._started = node_red, Helper("benchmarks.hobby.clicking", log, node_red.alerts_address)
        self._running[1].wait(ground.fleet)

    def run(self, ground: Ground, number: int) -> Times:  # noqa: ARG002 - each round is the same
        """Send one alert to all terminals."""
        self.click()
        self.drive_until(ground, lambda: self.has_come(ground) and self.stored() >= self.expected(ground))
        seen = time.perf_counter()
        clicked = self.clicked(ground)
        return Times((self._plain.last_at - clicked) * 1000, (seen - clicked) * 1000)

    def check(self, ground: Ground) -> None:
        """Raise DemoError if it has not stored every report."""
        if (stored := self.counted()) != self.expected(ground):
            raise DemoError(f"Node-RED has stored {stored} of {self.expected(ground)} reports")

    def pids(self, ground: Ground) -> dict[str, int]:  # noqa: ARG002 - it knows its process
        """Return its process."""
        return {"node-red": self.node_red.pid}

    def close(self) -> None:
        """End who posts alerts; Node-RED ends with the ground."""
        if self._started:
            self._started[1].close()

    def click(self) -> None:
        """Have an alert posted, about which all reports are from now on."""
        self._alert, self._before = str(uuid4()), self.node_red.rows()
        self._plain.begin()
        self.reported = 0
        self._running[1].tell(identifier=self._alert)

    def clicked(self, ground: Ground) -> float:
        """Return when the alert was posted, by time.perf_counter(), once it is accepted."""
        return float(self._running[1].wait(ground.fleet)["clicked"])

    def expected(self, ground: Ground) -> int:
        """Return how many reports there are to be of an alert."""
        return len(STAGES) * ground.terminals

    def has_come(self, ground: Ground) -> bool:
        """Tell whether every terminal has the latest alert."""
        return self._plain.holders >= ground.terminals

    def stored(self) -> int:
        """Return how many reports of the latest alert are stored, by what is quick."""
        return self.node_red.rows() - self._before

    def counted(self) -> int:
        """Return the same, all counted."""
        return self.node_red.count(self._alert)

    def drive_until(self, ground: Ground, condition: Callable[[], bool]) -> None:
        """Drive the fleet until the condition holds, which is asked every few milliseconds."""

        def holds() -> bool:
            now = time.perf_counter()
            if now - self._looked < LOOK_SECONDS:
                return False
            self._looked = now
            return condition()

        ground.drive_until(holds, ROUND_SECONDS)

    def _reports(self, terminal: str) -> Sequence[bytes]:
        # It is asked once for each report.
        self.reported += 1
        return reports(terminal, self._alert)

    @property
    def _running(self) -> tuple[NodeRed, Helper]:
        assert self._started is not None  # noqa: S101 - `start` comes first
        return self._started
