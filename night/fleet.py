"""Many light terminals in one thread, which speak the real protocol: verify, report cumulatively, sync, ask."""

import random
import selectors
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.provisioning.terminals import write_broker_files
from broadcaster.settings import Settings
from kokuchi.wire import (
    Alert,
    CallbackRequest,
    DeliveryReport,
    KeyRing,
    Membership,
    Presence,
    SigningKey,
    SyncRequest,
    Topics,
    encode,
    open_alert,
    open_sync_reply,
)
from terminal_client.courier import subscriptions
from terminal_client.syncing import PATIENCE_SECONDS

SESSION_SECONDS = 3600
_PASSWORD = "night"  # noqa: S105 - of terminals that are none


@dataclass
class LightTerminal:
    """A terminal that takes alerts, says that it received them, and syncs once at each connection."""

    membership: Membership
    password: str
    topics: Topics
    keys: KeyRing
    held: dict[tuple[str, int], DeliveryReport] = field(default_factory=dict)
    synced_at: float | None = None
    client: mqtt.Client | None = None
    asked: str = ""
    asked_at: float = 0.0

    def connect(self, host: str, port: int) -> socket.socket:
        """Begin to connect; return the socket."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self.membership.terminal, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        client.username_pw_set(self.membership.terminal, self.password)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_SECONDS
        properties.ReceiveMaximum = 1000
        client.connect(host, port, keepalive=60, clean_start=False, properties=properties)
        self.client = client
        self.synced_at = None
        found = client.socket()
        assert isinstance(found, socket.socket)
        return found

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        assert not reason.is_failure, reason
        terminal, now = self.membership.terminal, datetime.now(UTC)
        topics = subscriptions(self.topics, self.membership)
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])
        presence = Presence(terminal=terminal, sent=now, online=True)
        client.publish(self.topics.presence(terminal), encode(presence), qos=1, retain=True)
        self.ask()

    def ask(self) -> None:
        """Say what is held. Who is not answered asks again, as a terminal does."""
        assert self.client is not None
        terminal, now = self.membership.terminal, datetime.now(UTC)
        self.asked, self.asked_at = uuid4().hex, time.monotonic()
        request = SyncRequest(terminal=terminal, identifier=self.asked, sent=now, held=tuple(self.held.values()))
        self.client.publish(self.topics.sync(terminal), encode(request), qos=1)

    def say(self, presence: Presence) -> None:
        """Say how it is, as a terminal does every minute."""
        self._publish(self.topics.presence(self.membership.terminal), encode(presence), retain=True)

    def wish(self, request: CallbackRequest) -> None:
        """Ask for a call."""
        self._publish(self.topics.request(self.membership.terminal), encode(request))

    def babble(self, payload: bytes) -> None:
        """Say what is no report."""
        self._publish(self.topics.delivery(self.membership.terminal), payload)

    def finish(self) -> int:
        """Report that everything was heard that was not yet; return how much that was."""
        unheard = [key for key, report in self.held.items() if report.voiced_at is None]
        for key in unheard:
            now = datetime.now(UTC)
            report = self.held[key].model_copy(update={"sent": now, "voice_started_at": now, "voiced_at": now})
            self.held[key] = report
            self._publish(self.topics.delivery(self.membership.terminal), encode(report))
        return len(unheard)

    @property
    def is_connected(self) -> bool:
        """Whether it can say anything."""
        return self.client is not None and self.client.is_connected()

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        assert self.client is not None
        self.client.publish(topic, payload, qos=1, retain=retain)

    def _on_message(self, client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        if self.topics.is_alert(message.topic):
            self._take(client, bytes(message.payload))
        elif message.topic == self.topics.sync_reply(self.membership.terminal):
            reply = open_sync_reply(bytes(message.payload), self.keys, self.topics.town)
            for token in reply.alerts:
                self._take(client, token.encode())
            if reply.identifier == self.asked:
                self.synced_at = time.monotonic()
        client.ack(message.mid, message.qos)

    def _take(self, client: mqtt.Client, token: bytes) -> None:
        alert: Alert = open_alert(token, self.keys, self.topics.town)
        key = (alert.identifier, alert.revision)
        if key in self.held or not alert.audience.includes(self.membership):
            return
        now = datetime.now(UTC)
        report = DeliveryReport(
            terminal=self.membership.terminal,
            alert=key[0],
            revision=key[1],
            sent=now,
            received_at=now,
            displayed_at=now,
        )
        self.held[key] = report
        client.publish(self.topics.delivery(self.membership.terminal), encode(report), qos=1)


class Fleet:
    """Light terminals, driven by `run_until`."""

    def __init__(self, terminals: Mapping[str, LightTerminal], host: str, port: int) -> None:
        self.terminals = terminals
        self._address = (host, port)
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, LightTerminal]] = []
        self._lost: list[LightTerminal] = []
        self._looked_after = time.monotonic()

    def come_back(self, within: float, seed: int = 1) -> None:
        """Let every terminal connect at its own random moment of the next seconds, as the link's jitter does."""
        generator = random.Random(seed)  # noqa: S311 - jitter
        now = time.monotonic()
        spread = ((now + generator.uniform(0, within), terminal) for terminal in self.terminals.values())
        self._due = sorted(spread, key=lambda entry: entry[0], reverse=True)

    def lose_power(self) -> None:
        """Cut every connection without a word."""
        self._cut(lambda _terminal: True)
        self._lost.clear()

    def bring_back(self) -> int:
        """Let whoever has lost the broker connect again; return how many those are."""
        lost, self._lost = self._lost, []
        for terminal in lost:
            self._connect(terminal)
        return len(lost)

    def reconnect(self, terminal: LightTerminal) -> None:
        """Cut one terminal off without a word and let it come back at once."""
        self._cut(lambda one: one is terminal)
        self._connect(terminal)

    def close(self) -> None:
        """End all connections, for good."""
        self.lose_power()
        self._selector.close()

    def run_until(self, condition: Callable[[], bool], seconds: float) -> float:
        """Drive the terminals until the condition holds; return how long that took, or fail."""
        started = time.monotonic()
        while not condition():
            assert time.monotonic() - started < seconds, f"not within {seconds} s: {self._progress()}"
            self.drive()
        return time.monotonic() - started

    def drive(self) -> None:
        """Read and write what there is to read and write, for a moment."""
        now = time.monotonic()
        while self._due and self._due[-1][0] <= now:
            self._connect(self._due.pop()[1])
        for key, _events in self._selector.select(0.01):
            key.data.client.loop_read(10)
        for key in list(self._selector.get_map().values()):
            if key.data.client.want_write():
                key.data.client.loop_write()
        if now - self._looked_after > 1:
            self._looked_after = now
            for key in list(self._selector.get_map().values()):
                key.data.client.loop_misc()
                if key.data.synced_at is None and now - key.data.asked_at > PATIENCE_SECONDS:
                    key.data.ask()
        # A connection that has ended must not stand in the way of a new one with the same number.
        for key in list(self._selector.get_map().values()):
            if key.data.client.socket() is None:
                self._selector.unregister(key.fileobj)
                self._lost.append(key.data)

    def _connect(self, terminal: LightTerminal) -> None:
        try:
            self._selector.register(terminal.connect(*self._address), selectors.EVENT_READ, terminal)
        except ConnectionRefusedError:
            # The broker is being started anew.
            self._due.insert(0, (time.monotonic() + 1, terminal))
            self._due.sort(key=lambda entry: entry[0], reverse=True)

    def _cut(self, wanted: Callable[[LightTerminal], bool]) -> None:
        for key in list(self._selector.get_map().values()):
            if not wanted(key.data):
                continue
            self._selector.unregister(key.fileobj)
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
            key.data.client = None

    def _progress(self) -> str:
        terminals = self.terminals.values()
        synced = sum(1 for terminal in terminals if terminal.synced_at)
        connected = sum(1 for terminal in terminals if terminal.client and terminal.client.is_connected())
        return f"{connected} connected, {synced} synced, {sum(len(terminal.held) for terminal in terminals)} held"


def take_in(settings: Settings, town: Town, ledger: Ledger, roster: Sequence[Terminal]) -> Fleet:
    """Take terminals into a town's service; return them as a fleet that is not connected yet.

    The broker's files are written, and it is not told. Raises TerminalExists, or KeyFileError if the town has no key.
    """
    hashed = password_hash(_PASSWORD)
    ledger.terminals.add((terminal, hashed) for terminal in roster)
    write_broker_files(settings, town, ledger)
    keys = KeyRing.of(SigningKey.load(settings.signing_key).private.public_key())
    light = {one.id: LightTerminal(one.membership, _PASSWORD, Topics(town.id), keys) for one in roster}
    return Fleet(light, settings.broker.host, settings.broker.port)
