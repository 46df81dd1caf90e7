"""What the link's client does otherwise than paho, through a real Mosquitto; an upgrade of paho must pass here."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kokuchi.link import BrokerAddress, Connected, Disconnected, Received
from kokuchi.link.client import Client
from tests.broadcaster.brokercheck.poor import PoorBroker, poor_broker
from tests.contract.broker import HOST, mosquitto
from tests.contract.party import at_broker
from tests.ports import free_port
from tests.waiting import until

SIZES = (0, 1, 115, 116, 117, 300, 16_000, 16_370, 16_384, 70_000)
"""Lengths of packets take one, two or three bytes; some are larger than what is read at once."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    configuration = tmp_path_factory.mktemp("mosquitto") / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} {HOST}\nuser root\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
    )
    with mosquitto(configuration, port):
        yield port


class Ear:
    """A client with a session that listens to everything below a topic, and what it has handed on, list by list."""

    def __init__(self, name: str) -> None:
        self.lists: list[list[Received]] = []
        self.subscribed = False
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            on_received=lambda _, received: self.lists.append(received),
            client_id=name,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        self.client.on_connect = lambda client, *_: client.subscribe(f"{name}/#", qos=1)
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = lambda _client, _data, message: self.lists.append(
            [Received(message.topic, bytes(message.payload), message.retain, message.mid, message.qos)]
        )

    def _on_subscribe(self, *_: object) -> None:
        self.subscribed = True

    @property
    def received(self) -> list[Received]:
        return [received for together in self.lists for received in together]


@asynccontextmanager
async def listening(port: int, name: str) -> AsyncIterator[Ear]:
    ear = Ear(name)
    properties = _properties(PacketTypes.CONNECT, SessionExpiryInterval=3600, ReceiveMaximum=65535)
    ear.client.connect(HOST, port, clean_start=False, properties=properties)
    async with _running(ear.client):
        await until(lambda: ear.subscribed)
        yield ear


@asynccontextmanager
async def speaking(port: int) -> AsyncIterator[paho.Client]:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(5000)
    client.connect(HOST, port)
    async with _running(client):
        await until(client.is_connected)
        yield client


@asynccontextmanager
async def _running(client: paho.Client) -> AsyncIterator[None]:
    client.loop_start()
    try:
        yield
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


def _properties(kind: int, **values: int) -> Properties:
    properties = Properties(kind)  # type: ignore[no-untyped-call] # paho has no types here
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


async def test_whatever_comes_together_is_taken_as_it_is_and_in_its_order(port: int) -> None:
    """With properties and without, QoS 0 and 1, small and large: what is read here and what is left to paho."""
    expiring = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=3600)
    wanted = []
    async with listening(port, "mixed") as ear, speaking(port) as speaker:
        for number in range(150):
            payload = str(number).encode().ljust(SIZES[number % len(SIZES)], b".")
            qos, properties = int(number % 7 != 0), expiring if number % 3 == 0 else None
            speaker.publish("mixed/お知らせ", payload, qos=qos, properties=properties)
            wanted.append((payload, qos))
        await until(lambda: len(ear.received) == len(wanted))
        # A list that differs would be printed for minutes.
        assert [(got.payload, got.qos) == said for got, said in zip(ear.received, wanted, strict=True)] == [True] * 150
        assert {(got.topic, got.retained) for got in ear.received} == {("mixed/お知らせ", False)}


async def test_what_has_waited_is_handed_on_and_acknowledged_together(port: int) -> None:
    """Fails where an upgrade of paho does no longer call what is overridden."""
    async with listening(port, "many"):
        pass
    async with speaking(port) as speaker:
        for number in range(2000):
            taken = speaker.publish("many/a", str(number), qos=1)
        await asyncio.to_thread(taken.wait_for_publish, 20)
    async with listening(port, "many") as ear:
        await until(lambda: len(ear.received) == 2000)
        assert [int(got.payload) for got in ear.received] == list(range(2000))
        assert len(ear.lists) < 200
        ear.client.acknowledge([])
        ear.client.acknowledge(got.message_id for got in ear.received[:1500])
        # The broker takes things in order, but not what is still unread when one leaves.
        await asyncio.to_thread(ear.client.publish("nowhere", qos=1).wait_for_publish, 20)
    async with listening(port, "many") as again:
        await until(lambda: len(again.received) >= 500)
        assert [int(got.payload) for got in again.received] == list(range(1500, 2000))


async def test_what_comes_while_much_is_unanswered_is_not_left_to_paho(port: int) -> None:
    """In a storm a centre answers thousands while it hears thousands, and the broker's log has a property."""
    expiring = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=20)
    async with listening(port, "busy") as ear:
        left: list[paho.MQTTMessage] = []
        ear.client.on_message = lambda _client, _data, message: left.append(message)
        for number in range(1000):
            ear.client.publish("busy/a", str(number), qos=1, properties=expiring)
        await until(lambda: len(ear.received) + len(left) == 1000)
        # One of which a part had come is.
        assert len(left) < 50


async def test_what_was_not_taken_is_not_said_by_a_later_connection(port: int) -> None:
    """Who published it was told so, and says it again where it still holds."""
    async with listening(port, "later") as ear:
        client = Ear("speaker").client
        client.publish("later/lost", b"1", qos=1)
        client.connect_async(HOST, port)
        async with _running(client):
            await until(client.is_connected)
            client.publish("later/said", b"2", qos=1)
            await until(lambda: bool(ear.received))
    assert [received.topic for received in ear.received] == ["later/said"]


async def test_no_more_is_left_unanswered_than_the_broker_has_said_it_takes() -> None:
    """This broker ends the connection of whoever sends it more than ten messages at once (MQTT 5, section 3.3.4)."""
    with poor_broker(PoorBroker()) as url:
        address = BrokerAddress(HOST, int(url.rpartition(":")[2]), "centre", "")
        async with at_broker(address, "somewhere") as (link, events):
            await until(lambda: any(isinstance(event, Connected) for event in events))
            await asyncio.gather(*(link.publish(f"alert/{number}", b"1") for number in range(100)))
            assert not [event for event in events if isinstance(event, Disconnected)]


async def test_what_follows_an_acknowledgement_does_not_wait_for_the_brokers_kernel(port: int) -> None:
    async with listening(port, "prompt") as ear:
        connection = ear.client.socket()
        assert isinstance(connection, socket.socket)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_paho_still_has_what_its_keep_alive_and_its_packets_are_told_by() -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    assert {"_in_packet", "_last_bytes_received", "_msgtime_mutex"} <= vars(client).keys()
    assert {"_packet_read", "_loop_rc_handle"} <= vars(paho.Client).keys()
    assert client._in_packet["command"] == 0
