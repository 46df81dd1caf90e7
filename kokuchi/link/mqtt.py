"""The real link: paho-mqtt's thread hands every callback to the event loop as an event and does nothing else."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kokuchi.link.address import BrokerAddress
from kokuchi.link.client import Client
from kokuchi.link.handing_over import HandingOver
from kokuchi.link.interface import (
    Connected,
    Disconnected,
    Event,
    NotConnected,
    PublishRefused,
    Received,
    Subscribed,
    Will,
)
from kokuchi.link.properties import connecting, expiring, leaving
from kokuchi.link.security import FreshTrust

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 20
MAXIMUM_RECONNECT_SECONDS = 15
MAXIMUM_INFLIGHT = 1000


class MqttLink:
    """A `Link` over MQTT 5 with a stable client identifier and a persistent session.

    `subscriptions` are made at every connection, since a broker may have lost the session. What is said on the topics
    of `overhears` while the link is away is lost (QoS 0), and nobody acknowledges it. `leaves` is what an earlier
    process may have subscribed to in the same session and this one does not. While `clock_is_known` does not
    hold, the dates of the broker's certificate are not looked at.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        subscriptions: Sequence[str],
        overhears: Sequence[str] = (),
        leaves: Sequence[str] = (),
        will: Will | None = None,
        clock_is_known: Callable[[], bool] = lambda: True,
    ) -> None:
        self._address = address
        self._clock_is_known = clock_is_known
        self._trust: FreshTrust | None = None
        self._client_id = client_id
        self._will = will
        self._subscriptions = list(subscriptions)
        self._overheard = list(overhears)
        self._left = list(leaves)
        self._events: deque[Event | None] = deque()
        self._told = asyncio.Event()
        self._pending: dict[int, asyncio.Future[None]] = {}
        self._unacknowledged: dict[int, Received] = {}
        self._hand: HandingOver | None = None
        self._connected = False
        self._client = self._new_client()

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            on_received=self._on_received,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=True,
        )
        client.suppress_exceptions = True
        client.username_pw_set(self._address.username, self._address.password)
        client.max_inflight_messages_set(MAXIMUM_INFLIGHT)
        # Terminals that lose the broker in the same instant must not all come back in the same instant.
        client.reconnect_delay_set(
            random.uniform(0.5, 1.5),  # type: ignore[arg-type] # noqa: S311 - paho takes fractions too; it is jitter
            MAXIMUM_RECONNECT_SECONDS,
        )
        if self._address.authority is not None:
            self._trust = FreshTrust.of(self._address.authority, self._clock_is_known)
            client.tls_set_context(self._trust)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        return client

    @property
    def _wishes(self) -> list[tuple[str, int]]:
        return [*((topic, 1) for topic in self._subscriptions), *((topic, 0) for topic in self._overheard)]

    @property
    def is_connected(self) -> bool:
        """Whether a publish can be tried now."""
        return self._connected

    async def start(self) -> None:
        """Begin to connect."""
        self._hand = HandingOver(asyncio.get_running_loop())
        self._connect()

    def _connect(self) -> None:
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEP_ALIVE_SECONDS,
            clean_start=False,
            properties=connecting(),
        )
        self._client.loop_start()

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens, in order."""
        while True:
            while self._events:
                event = self._events.popleft()
                if event is None:
                    return
                yield event
            self._told.clear()
            await self._told.wait()

    def _tell(self, *events: Event | None) -> None:
        self._events.extend(events)
        self._told.set()

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
    ) -> None:
        """Publish and wait for the broker's PUBACK."""
        if not self._connected:
            raise NotConnected("the broker is not connected")
        properties = expiring(max(1, int(expires_in))) if expires_in is not None else None
        # No await between the two: on_publish reaches the loop only after the future is registered.
        info = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotConnected(f"the message was not sent: {mqtt.error_string(info.rc)}")
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending[info.mid] = taken
        try:
            await taken
        finally:
            self._pending.pop(info.mid, None)

    def listen_to(self, subscriptions: Sequence[str]) -> None:
        """Subscribe to these from now on, and to nothing else."""
        self._left = sorted({*self._left, *self._subscriptions} - set(subscriptions))
        self._subscriptions = list(subscriptions)
        if self._connected:
            self._subscribe(self._client)

    def acknowledge(self, *received: Received) -> None:
        """Send the PUBACKs for messages of this connection.

        A message of an earlier one comes again, and its number may be another message's by now.
        """
        known = [one.message_id for one in received if self._unacknowledged.get(one.message_id) is one]
        for message_id in known:
            del self._unacknowledged[message_id]
        self._client.acknowledge(known)

    async def renew(self) -> None:
        """Leave the client, its thread and its connection behind, and connect with another one."""
        abandoned, self._client = self._client, self._new_client()
        self._lose_connection("the link is renewed")
        abandoned.abandon()
        self._connect()

    async def close(self) -> None:
        """Disconnect and end the events."""
        await self._end(for_good=False)

    async def close_for_good(self) -> None:
        """Disconnect, end the session and the events."""
        await self._end(for_good=True)

    async def _end(self, *, for_good: bool) -> None:
        self._client.disconnect(properties=leaving(for_good=for_good))
        await asyncio.to_thread(self._client.loop_stop)
        self._lose_connection("closed")
        self._tell(None)

    # The callbacks below run in paho's thread.

    def _hand_over(self, client: mqtt.Client, function: Callable[..., None], *arguments: object) -> None:
        def take_over() -> None:
            # One that was left behind may still have something to say.
            if client is self._client:
                function(*arguments)

        if self._hand is not None:
            self._hand(take_over)

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, flags: mqtt.ConnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            self._hand_over(client, self._lose_connection, f"the broker refused the connection: {reason}")
            return
        # Some brokers end the connection of whoever has more unanswered than they have said (MQTT 5, section 3.3.4).
        granted = getattr(properties, "ReceiveMaximum", MAXIMUM_INFLIGHT)
        if client is self._client:
            self._client.leave_unanswered(min(granted, MAXIMUM_INFLIGHT))
        made = self._subscriptions
        self._subscribe(client)
        # Before any message of the subscriptions, and the broker knows of them before anything that we publish.
        self._hand_over(client, self._gain_connection, flags.session_present, made)

    def _subscribe(self, client: mqtt.Client) -> None:
        if self._wishes:
            client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in self._wishes])
        # The session may be older than this process's wishes. Afterwards: what comes twice is known, what comes
        # between the two would be lost.
        if self._left:
            client.unsubscribe(self._left)

    def _on_subscribe(
        self, client: mqtt.Client, _userdata: object, _message_id: int, reasons: list[ReasonCode], _props: object
    ) -> None:
        refused = [topic for (topic, _), reason in zip(self._wishes, reasons, strict=False) if reason.is_failure]
        if refused:
            log.error("broker refused subscriptions", extra={"topics": refused})
        self._hand_over(client, self._tell, Subscribed())

    def _on_connect_fail(self, client: mqtt.Client, _userdata: object) -> None:
        place = f"{self._address.host} port {self._address.port}"
        if self._trust is not None and self._trust.complaint:
            reason = f"the broker at {place} is not trusted: {self._trust.complaint}"
        else:
            reason = f"no broker answers at {place}"
        self._hand_over(client, self._lose_connection, reason)

    def _on_disconnect(
        self, client: mqtt.Client, _userdata: object, _flags: object, reason: ReasonCode, _props: object
    ) -> None:
        self._hand_over(client, self._lose_connection, f"the connection to the broker ended: {reason}")

    def _on_message(self, client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        received = Received(topic, bytes(message.payload), message.retain, message.mid, message.qos)
        self._on_received(client, [received])

    def _on_received(self, client: mqtt.Client, received: list[Received]) -> None:
        self._hand_over(client, self._take, received)

    def _on_publish(
        self, client: mqtt.Client, _userdata: object, message_id: int, reason: ReasonCode, _props: object
    ) -> None:
        self._hand_over(client, self._settle, message_id, str(reason) if reason.is_failure else None)

    # The rest runs in the event loop.

    def _gain_connection(self, session_present: bool, made: list[str]) -> None:
        self._connected = True
        if made is not self._subscriptions:
            self._subscribe(self._client)
        self._tell(Connected(session_present))

    def _take(self, received: list[Received]) -> None:
        self._unacknowledged.update((one.message_id, one) for one in received if one.qos)
        self._tell(*received)

    def _lose_connection(self, reason: str) -> None:
        self._connected = False
        self._unacknowledged.clear()
        for taken in self._pending.values():
            if not taken.done():
                taken.set_exception(NotConnected(reason))
        self._tell(Disconnected(reason))

    def _settle(self, message_id: int, failure: str | None) -> None:
        taken = self._pending.get(message_id)
        if taken is None or taken.done():
            return
        if failure is None:
            taken.set_result(None)
        else:
            taken.set_exception(PublishRefused(f"the broker refused the message: {failure}"))
