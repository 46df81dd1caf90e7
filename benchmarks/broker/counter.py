"""The process of the floor: it publishes a message and counts what comes back, which it acknowledges and does not read.

    python -m benchmarks.broker.counter PORT

It does so for each line of JSON on its standard input, and answers with when it began and ended by
time.perf_counter(), which all processes of a machine share; or with how much the broker has dropped so far.
"""

import json
import socket
import sys
import time

from benchmarks.broker.ground import PASSWORD, USER
from demo.places import HOST
from fleet import packets
from fleet.packets import Incoming

_ENOUGH = 256 * 1024
_DROPPED = "$SYS/broker/publish/messages/dropped"
_SAID_WITHIN = 1.5
"""The broker says it every second, if it is more than before."""


class Counter:
    """A connection that counts."""

    def __init__(self, port: int, topics: list[str]) -> None:
        self._socket = socket.create_connection((HOST, port), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming = Incoming()
        self._dropped = 0
        self._socket.sendall(
            packets.connect(USER, USER, PASSWORD, keepalive=0, session_seconds=0)
            + packets.subscribe(1, [*topics, _DROPPED])
        )

    def run(self, topic: str, size: int, expected: int) -> tuple[float, float]:
        """Publish a message of this size and count answers; return when it began and when the last one had come."""
        message = packets.publish(packets.text(topic), b"x" * size, 1)
        self._socket.settimeout(600)
        began = time.perf_counter()
        self._socket.sendall(message)
        counted = 0
        while counted < expected:
            counted += self._take()
        return began, time.perf_counter()

    def dropped(self) -> int:
        """Return how many messages the broker has dropped since it was started."""
        until = time.monotonic() + _SAID_WITHIN
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                self._take()
            except TimeoutError:
                break
        return self._dropped

    def _take(self) -> int:
        """Acknowledge what has come, and return how much that was."""
        piece = self._socket.recv(_ENOUGH)
        if not piece:
            raise ConnectionResetError("the broker has ended the connection")
        acknowledgements = []
        for packet in self._incoming.feed(piece):
            first, body = packet
            if first & 0xF6 == 0x32:
                start = 2 + (body[0] << 8 | body[1])
                acknowledgements.append(b"\x40\x02" + body[start : start + 2])
            elif first & 0xF0 == packets.PUBLISH:
                self._dropped = int(packets.read_publication(packet).payload)
            elif packets.refusals(packet):
                raise PermissionError(f"the broker refuses the counter something: {packet}")
        if acknowledgements:
            self._socket.sendall(b"".join(acknowledgements))
        return len(acknowledgements)


def main() -> None:
    """Do what the lines say."""
    counter = Counter(int(sys.argv[1]), sys.argv[2:])
    for line in sys.stdin:
        wanted = json.loads(line)
        if wanted.get("dropped"):
            answer: dict[str, float] = {"dropped": counter.dropped()}
        else:
            began, ended = counter.run(wanted["topic"], wanted["size"], wanted["expected"])
            answer = {"began": began, "ended": ended}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
