"""A connection to try a broker with: it does one thing at a time, tells all that the broker answers, and never retries.

Nothing runs beside it: what arrives is read while somebody waits. So a slow reader is one who does not wait.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from kokuchi.link.interface import Will
from kokuchi.link.mqtt import KEEP_ALIVE_SECONDS
from kokuchi.link.properties import RECEIVE_MAXIMUM
from kokuchi.link.security import complaining

PATIENCE_SECONDS = 10.0
"""How long an answer is waited for."""

FAILURE = 0x80
"""Reason codes of failures begin here (MQTT 5, section 2.4)."""


class ProbeError(Exception):
    """What ended a trial; the message says what the broker did."""


class Unreachable(ProbeError):  # noqa: N818 - reads as what it says
    """No connection, or none that is trusted; `__cause__` is the system's error, if it had one."""


class Ended(ProbeError):  # noqa: N818 - reads as what it says
    """The broker ended the connection. `code` is its reason code (MQTT 5, section 3.14.2.1), 0 if it gave none."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"the broker ended the connection: {words}" if code else "the broker ended the connection")
        self.code = code


class Silent(ProbeError):  # noqa: N818 - reads as what it says
    """The broker did not answer in time."""


@dataclass(frozen=True)
class ProbeAddress:
    """Where the broker is and who we are to it; without `tls` in plain, without `username` as nobody."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Welcome:
    """What the broker says when somebody comes (CONNACK; MQTT 5, section 3.2.2), with the standard's defaults."""

    code: int
    words: str
    session_present: bool = False
    session_expiry: int | None = None
    receive_maximum: int = RECEIVE_MAXIMUM
    maximum_packet: int | None = None
    maximum_qos: int = 2
    retains: bool = True
    wildcards: bool = True
    shares: bool = True
    keep_alive: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether the broker has let us in."""
        return self.code < FAILURE


@dataclass(frozen=True)
class Arrival:
    """A message; `expires_in` is what the broker says is left of its time in seconds."""

    topic: str
    payload: bytes = field(repr=False)
    retained: bool
    expires_in: int | None
    message_id: int
    qos: int


class Probe:
    """One connection."""

    def __init__(
        self, address: ProbeAddress, client_id: str, *, fresh: bool, kept_for: int, will: Will | None = None
    ) -> None:
        """`fresh` begins a new session; the broker is asked to keep it for `kept_for` seconds after the connection."""
        self._address, self._fresh, self._kept_for = address, fresh, kept_for
        self._welcome: Welcome | None = None
        self.arrivals: list[Arrival] = []
        self._ended: Ended | None = None
        self._answers: dict[int, int] = {}
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        # Never paho's own patience: how many are on their way is what is tried.
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        if address.tls is not None:
            # Why it failed is in the error itself here; it is closed all the same.
            address.tls.sslsocket_class = complaining(lambda _error: None)
            client.tls_set_context(address.tls)
        if will is not None:
            gone_after = Properties(PacketTypes.WILLMESSAGE)
            gone_after.MessageExpiryInterval = kept_for
            client.will_set(will.topic, will.payload, qos=1, retain=True, properties=gone_after)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message

    def open(self) -> Welcome:
        """Connect and return the broker's answer, also if it is a refusal. Raises ProbeError."""
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._kept_for
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        try:
            self._client.connect(
                self._address.host,
                self._address.port,
                keepalive=KEEP_ALIVE_SECONDS,
                clean_start=self._fresh,
                properties=properties,
            )
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error
        self.until(lambda: self._welcome is not None, "an answer to the greeting")
        return self.welcome

    @property
    def welcome(self) -> Welcome:
        """What the broker answered when the connection was opened; before that a refusal."""
        return self._welcome or Welcome(FAILURE, "no answer")

    @property
    def secured(self) -> ssl.SSLSocket | None:
        """The TLS connection, None in plain."""
        connection = self._client.socket()
        return connection if isinstance(connection, ssl.SSLSocket) else None

    @property
    def ended(self) -> Ended | None:
        """How the broker has ended the connection, None while it has not."""
        return self._ended

    def turn(self, seconds: float = 0.0) -> None:
        """Read and write what there is, and wait so long for it."""
        if self._ended is None and self._client.loop(seconds) and self._ended is None:
            self._ended = Ended(0, "")

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once the condition holds; raises Ended or Silent."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self._ended is not None:
                raise self._ended
            if time.monotonic() > deadline:
                raise Silent(f"the broker did not send {what} within {seconds:.0f} s")
            self.turn(0.05)

    def subscribe(self, topic: str) -> int:
        """Subscribe with QoS 1 and return the reason code."""
        result, message_id = self._client.subscribe(topic, options=SubscribeOptions(qos=1))
        return self._answer_to(result, message_id, "an answer to a subscription")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, expires_in: int | None = None) -> int:
        """Publish with QoS 1 and return the reason code."""
        message_id = self._send(topic, payload, retain, expires_in)
        return self._answer_to(MQTTErrorCode.MQTT_ERR_SUCCESS, message_id, "an answer to a message")

    def publish_all(self, topic: str, payloads: Iterable[bytes], *, at_once: int, expires_in: int) -> int:
        """Publish with at most so many unanswered at a time; return how many the broker refused."""
        waiting: set[int] = set()
        refused = 0

        def settled(room: int) -> bool:
            nonlocal refused
            for message_id in waiting.intersection(self._answers):
                waiting.discard(message_id)
                refused += self._answers.pop(message_id) >= FAILURE
            return len(waiting) < room

        for payload in payloads:
            if len(waiting) >= at_once:
                self.until(lambda: settled(at_once), "an answer to a message")
            waiting.add(self._send(topic, payload, False, expires_in))
        self.until(lambda: settled(1), "an answer to a message")
        return refused

    def acknowledge(self, arrival: Arrival) -> None:
        """Tell the broker that a message is safe."""
        self._client.ack(arrival.message_id, arrival.qos)

    def leave(self, *, forget: bool = False) -> None:
        """Say goodbye, without the will. With `forget` the broker is not to keep the session."""
        properties = Properties(PacketTypes.DISCONNECT)
        if forget:
            properties.SessionExpiryInterval = 0
        if self._ended is None:
            self._client.disconnect(properties=properties)
        deadline = time.monotonic() + PATIENCE_SECONDS
        # Until it is written.
        while self._ended is None and time.monotonic() < deadline:
            self.turn(0.05)

    def vanish(self) -> None:
        """Hang up without a goodbye, as a pulled plug does."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)
            self.turn()

    def _send(self, topic: str, payload: bytes, retain: bool, expires_in: int | None) -> int:
        if self._ended is not None:
            raise self._ended
        properties = Properties(PacketTypes.PUBLISH)
        if expires_in is not None:
            properties.MessageExpiryInterval = expires_in
        return self._client.publish(topic, payload, qos=1, retain=retain, properties=properties).mid

    def _answer_to(self, result: MQTTErrorCode, message_id: int | None, what: str) -> int:
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS or message_id is None:
            raise self._ended or Ended(0, "")
        self.until(lambda: message_id in self._answers, what)
        return self._answers.pop(message_id)

    def _on_connect(
        self, _client: mqtt.Client, _data: object, flags: mqtt.ConnectFlags, reason: ReasonCode, told: Properties | None
    ) -> None:
        def said(name: str, default: int) -> int:
            return int(getattr(told, name, default))

        self._welcome = Welcome(
            reason.value,
            str(reason),
            flags.session_present,
            getattr(told, "SessionExpiryInterval", None),
            said("ReceiveMaximum", RECEIVE_MAXIMUM),
            getattr(told, "MaximumPacketSize", None),
            said("MaximumQoS", 2),
            bool(said("RetainAvailable", 1)),
            bool(said("WildcardSubscriptionAvailable", 1)),
            bool(said("SharedSubscriptionAvailable", 1)),
            getattr(told, "ServerKeepAlive", None),
        )

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, flags: mqtt.DisconnectFlags, reason: ReasonCode, _told: object
    ) -> None:
        said = flags.is_disconnect_packet_from_server
        self._ended = self._ended or Ended(reason.value if said else 0, str(reason) if said else "")

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, message_id: int, reasons: list[ReasonCode], _told: object
    ) -> None:
        self._answers[message_id] = reasons[0].value

    def _on_publish(
        self, _client: mqtt.Client, _data: object, message_id: int, reason: ReasonCode, _told: object
    ) -> None:
        self._answers[message_id] = reason.value

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        left = getattr(message.properties, "MessageExpiryInterval", None)
        self.arrivals.append(
            Arrival(message.topic, bytes(message.payload), message.retain, left, message.mid, message.qos)
        )
