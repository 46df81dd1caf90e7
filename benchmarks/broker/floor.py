"""The floor: the broker alone carries an unsigned message out and three acknowledgements of each terminal back."""

from benchmarks.broker.ground import Ground, answer_topic, message_topic
from benchmarks.broker.helper import Helper
from benchmarks.broker.systems import Times
from fleet import Plain
from kokuchi.wire.fields import JsonObject

MESSAGE_BYTES = 1024
ANSWERS = [b"x" * 200] * 3


class Floor:
    """A counter instead of a centre: it publishes, counts, acknowledges, and does nothing else."""

    name = "floor"

    def __init__(self) -> None:
        self._plain = Plain(message_topic(self.name), lambda one: answer_topic(self.name, one), lambda _one: ANSWERS)
        self.plain = [self._plain]
        self._counter: Helper | None = None

    def start(self, ground: Ground) -> None:
        """Begin to run, with the broker there and no terminal yet."""
        log = ground.places.logs / "counter.log"
        port = str(ground.places.broker_port)
        self._counter = Helper("benchmarks.broker.counter", log, port, answer_topic(self.name, "+"))

    def run(self, ground: Ground, number: int) -> Times:  # noqa: ARG002 - each round is the same
        """Bring one message to all terminals and count what they answer."""
        self._plain.begin()
        expected = len(ANSWERS) * ground.terminals
        answer = self._ask(ground, topic=self._plain.topic, size=MESSAGE_BYTES, expected=expected)
        began = float(answer["began"])
        return Times((self._plain.last_at - began) * 1000, (float(answer["ended"]) - began) * 1000)

    def dropped(self, ground: Ground) -> int:
        """Return how many messages the broker has dropped since it was started."""
        return int(self._ask(ground, dropped=True)["dropped"])

    def check(self, ground: Ground) -> None:
        """Nothing is stored."""

    def pids(self, ground: Ground) -> dict[str, int]:  # noqa: ARG002 - it starts its process by itself
        """Return its own process."""
        return {"counter": self._running.pid}

    def close(self) -> None:
        """End the counter."""
        if self._counter:
            self._counter.close()

    @property
    def _running(self) -> Helper:
        assert self._counter is not None  # noqa: S101 - `start` comes first
        return self._counter

    def _ask(self, ground: Ground, **what: object) -> JsonObject:
        self._running.tell(**what)
        return self._running.wait(ground.fleet)
