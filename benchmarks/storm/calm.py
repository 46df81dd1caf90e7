"""The floor of a storm: the broker alone lets everybody in and gives each the three messages that waited for it."""

import time
from contextlib import closing

from benchmarks.broker.ground import Ground, answer_topic, message_topic
from benchmarks.broker.helper import Helper
from demo.places import HOST
from fleet import Fleet, LightTerminal, Plain, packets
from fleet.shared import Shared
from fleet.terminal import KEEPALIVE_SECONDS, SESSION_SECONDS
from kokuchi.wire import Membership

MESSAGES = 3
MESSAGE_BYTES = 1024
ANSWER = b"x" * 200
SECONDS = 300.0

_NAME = "storm"
_PASSWORD = "storm"  # noqa: S105 - of terminals that are none


class PlainTerminal(LightTerminal):
    """A terminal that connects and subscribes, and says nothing before it got a message.

    `synced_at` is since when it is subscribed: it asks no centre.
    """

    __slots__ = ()

    def write(self) -> None:
        """Use that the socket takes something. Raises OSError if nobody listens there."""
        connection = self._open()
        if connection.is_made:
            connection.flush()
            return
        connection.finish_connecting()
        connection.send(
            packets.connect(
                self.name, self.name, self.password, keepalive=KEEPALIVE_SECONDS, session_seconds=SESSION_SECONDS
            )
        )

    def _begin(self) -> None:
        self.is_connected = True
        topics = [topic.decode() for topic in self._shared.plain]
        self._send(packets.subscribe(self._open().next_identifier(), topics))

    def _be_subscribed(self) -> None:
        self.synced_at = time.monotonic()


class Calm:
    """As many terminals as the town has, at the same broker under other names. Its centre is not told of them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._plain = [
            Plain(message_topic(f"{_NAME}-{number}"), lambda one: answer_topic(_NAME, one), lambda _one: [ANSWER])
            for number in range(MESSAGES)
        ]
        names = [f"s-{number:05}" for number in range(ground.terminals)]
        shared = Shared(ground.fleet.shared.opening, [], self._plain)
        terminals = {name: PlainTerminal(Membership(terminal=name), _PASSWORD, shared) for name in names}
        self._fleet = Fleet(terminals, HOST, ground.places.broker_port, shared)
        ground.let_in(names, _PASSWORD)

    def storm(self) -> float:
        """Return how many milliseconds it takes until everybody has three messages and all answers are counted."""
        self._fleet.come_back(within=0)
        self._fleet.run_until(self._fleet.all_synced(), SECONDS)
        self._fleet.lose_power()
        port, log = str(self._ground.places.broker_port), self._ground.places.logs / "counter.log"
        with closing(Helper("benchmarks.broker.counter", log, port, answer_topic(_NAME, "+"))) as counter:
            for plain in self._plain:
                counter.tell(topic=plain.topic, size=MESSAGE_BYTES, expected=0)
                counter.wait(self._fleet)
            self._ground.rest([self._ground.processes.pid("mosquitto")])
            counter.tell(topic=message_topic("nobody"), size=1, expected=MESSAGES * len(self._fleet.terminals))
            self._fleet.come_back(within=0)
            answer = counter.wait(self._fleet)
        self._fleet.lose_power()
        return (float(answer["ended"]) - float(answer["began"])) * 1000

    def close(self) -> None:
        """End all connections."""
        self._fleet.close()
