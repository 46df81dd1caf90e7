"""MQTT 5 packets as bytes: what a terminal or a counter sends, and what comes in pieces from the broker. Pure.

Chapters are those of the OASIS standard, "MQTT Version 5.0".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECTED = 0x20, 0x30, 0x40, 0x90, 0xD0, 0xE0
"""The upper half of a packet's first byte says of which kind it is (2.1.2)."""

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
FAILURE = 0x80
"""Reason codes from here on are failures (2.4)."""

_QOS = 0b0110
_LARGEST_LENGTH_BYTES = 4


class PacketError(Exception):
    """The bytes are no MQTT 5 packet."""


class Packet(NamedTuple):
    """A packet: its first byte, and what follows its length."""

    first: int
    body: bytes

    @property
    def kind(self) -> int:
        """Of which kind it is, whatever its flags."""
        return self.first & 0xF0


class Publication(NamedTuple):
    """A message. `identifier` is 0 at QoS 0, which nobody acknowledges."""

    topic: bytes
    identifier: int
    payload: bytes


@dataclass(frozen=True)
class Will:
    """What the broker says, retained, once the connection was lost."""

    topic: str
    payload: bytes


def length_of(count: int) -> bytes:
    """Return a length as a variable byte integer (1.5.5)."""
    if count <= 0x7F:
        return bytes((count,))
    encoded = bytearray()
    while count > 0x7F:
        encoded.append(count & 0x7F | 0x80)
        count >>= 7
    encoded.append(count)
    return bytes(encoded)


def text(value: str) -> bytes:
    """Return a text with its length in front (1.5.4)."""
    return data(value.encode())


def data(value: bytes) -> bytes:
    """Return bytes with their length in front (1.5.6)."""
    return len(value).to_bytes(2, "big") + value


def connect(
    client: str, username: str, password: str, *, keepalive: int, session_seconds: int, will: Will | None = None
) -> bytes:
    """Return a CONNECT that takes up an earlier session, if there is one (3.1)."""
    flags = 0b1100_0000 | (0b0010_1100 if will else 0)
    properties = b"\x11" + session_seconds.to_bytes(4, "big") + b"\x21" + (65535).to_bytes(2, "big")
    last = b"\x00" + text(will.topic) + data(will.payload) if will else b""
    return _packet(
        0x10,
        text("MQTT")
        + bytes([5, flags])
        + keepalive.to_bytes(2, "big")
        + length_of(len(properties))
        + properties
        + text(client)
        + last
        + text(username)
        + text(password),
    )


def subscribe(identifier: int, topics: Iterable[str]) -> bytes:
    """Return a SUBSCRIBE to these topics at QoS 1 (3.8)."""
    return _packet(0x82, identifier.to_bytes(2, "big") + b"\x00" + b"".join(text(topic) + b"\x01" for topic in topics))


def publish(topic: bytes, payload: bytes, identifier: int, *, retain: bool = False) -> bytes:
    """Return a PUBLISH at QoS 1 (3.3); `topic` is what `text` makes of it."""
    first = b"\x33" if retain else b"\x32"
    return b"".join(
        (first, length_of(len(topic) + len(payload) + 3), topic, identifier.to_bytes(2, "big"), b"\x00", payload)
    )


def puback(identifier: int) -> bytes:
    """Return a PUBACK of success (3.4)."""
    return b"\x40\x02" + identifier.to_bytes(2, "big")


def read_publication(packet: Packet) -> Publication:
    """Return the message in a PUBLISH, or raise PacketError."""
    first, body = packet
    after_topic = 2 + int.from_bytes(body[:2], "big")
    topic, identifier, start = body[2:after_topic], 0, after_topic
    if first & _QOS:
        identifier, start = int.from_bytes(body[after_topic : after_topic + 2], "big"), after_topic + 2
    if start >= len(body):
        raise PacketError("a message ends before its properties")
    properties = body[start]
    if properties < FAILURE:
        return Publication(topic, identifier, body[start + 1 + properties :])
    read = _length_at(body, start)
    if read is None:
        raise PacketError("the properties of a message do not say how long they are")
    return Publication(topic, identifier, body[read[1] + read[0] :])


def refusals(packet: Packet) -> list[int]:
    """Return the reason codes of a CONNACK, PUBACK, SUBACK or DISCONNECT that are failures."""
    body = packet.body
    match packet.kind:
        case 0x20:
            codes = body[1:2]
        case 0x40:
            codes = body[2:3]
        case 0x90:
            read = _length_at(body, 2)
            codes = body[read[1] + read[0] :] if read else b""
        case _:
            codes = body[:1]
    return [code for code in codes if code >= FAILURE]


class Incoming:
    """Bytes that come in any pieces, as packets."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Packet]:
        """Yield the packets that are complete now, or raise PacketError. All have to be taken."""
        received = self._rest + piece if self._rest else piece
        position, end = 0, len(received)
        while position < end:
            read = _length_at(received, position + 1)
            if read is None or read[1] + read[0] > end:
                break
            length, start = read
            yield Packet(received[position], received[start : start + length])
            position = start + length
        self._rest = received[position:]


def _packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + length_of(len(body)) + body


def _length_at(received: bytes, position: int) -> tuple[int, int] | None:
    """Return the variable byte integer there and the position behind it, None if it is not complete."""
    length = 0
    for index in range(_LARGEST_LENGTH_BYTES):
        if position + index >= len(received):
            return None
        byte = received[position + index]
        length |= (byte & 0x7F) << 7 * index
        if byte < FAILURE:
            return length, position + index + 1
    raise PacketError("a length has more than four bytes")
