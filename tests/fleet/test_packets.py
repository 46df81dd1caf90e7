"""Packets in any pieces, held to what paho makes of the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from fleet import packets
from fleet.packets import Incoming, Packet, PacketError

topics = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
payloads = st.one_of(st.binary(max_size=300), st.integers(0, 20_000).map(bytes))
identifiers = st.integers(1, 0xFFFF)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    at = sorted(place % (len(stream) + 1) for place in places)
    return [stream[start:end] for start, end in zip([0, *at], [*at, len(stream)], strict=True)]


@given(st.lists(st.tuples(topics, payloads, identifiers), max_size=5), st.lists(st.integers(0, 10**6), max_size=8))
def test_messages_that_come_in_any_pieces_are_those_that_were_sent(
    sent: list[tuple[str, bytes, int]], places: list[int]
) -> None:
    stream = b"".join(packets.publish(packets.text(topic), payload, number) for topic, payload, number in sent)
    incoming = Incoming()

    read = [packets.read_publication(packet) for piece in cut(stream, places) for packet in incoming.feed(piece)]

    assert read == [(topic.encode(), number, payload) for topic, payload, number in sent]


@given(st.binary(max_size=200), st.lists(st.integers(0, 10**6), max_size=8))
def test_bytes_of_a_stranger_are_packets_or_an_error_and_the_same_in_any_pieces(
    stream: bytes, places: list[int]
) -> None:
    def read(pieces: list[bytes]) -> list[Packet] | None:
        incoming = Incoming()
        try:
            return [packet for piece in pieces for packet in incoming.feed(piece)]
        except PacketError:
            return None

    assert read([stream]) == read(cut(stream, places))


@given(topics, payloads, identifiers, st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_a_message_with_properties_is_read(topic: str, payload: bytes, number: int, expiry: int, more: int) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = expiry
    properties.UserProperty = [("name", "x" * 10)] * more
    body = packets.text(topic) + number.to_bytes(2, "big") + properties.pack() + payload  # type: ignore[no-untyped-call]

    assert packets.read_publication(Packet(0x32, body)) == (topic.encode(), number, payload)


@given(st.integers(0, 268_435_455))
def test_a_length_is_spelt_as_paho_spells_it(count: int) -> None:
    assert packets.length_of(count) == VariableByteIntegers.encode(count)  # type: ignore[no-untyped-call]


def test_a_message_of_quality_0_has_no_identifier() -> None:
    assert packets.read_publication(Packet(0x30, packets.text("a") + b"\x00hello")) == (b"a", 0, b"hello")


@pytest.mark.parametrize(
    ("packet", "codes"),
    [
        (Packet(0x20, b"\x00\x00\x00"), []),
        (Packet(0x20, b"\x00\x86\x00"), [0x86]),
        (Packet(0x40, b"\x00\x01"), []),
        (Packet(0x40, b"\x00\x01\x10"), []),
        (Packet(0x40, b"\x00\x01\x87\x00"), [0x87]),
        (Packet(0x90, b"\x00\x01\x00\x01\x87\x01"), [0x87]),
        (Packet(0xE0, b"\x8e"), [0x8E]),
        (Packet(0xE0, b""), []),
    ],
)
def test_what_the_broker_refuses_is_seen(packet: Packet, codes: list[int]) -> None:
    assert packets.refusals(packet) == codes
