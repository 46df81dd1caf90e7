"""A broker and links in memory: the fake behind the interface of `MqttLink`, for tests of the rooms that use a link."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from kokuchi.link.interface import Connected, Disconnected, Event, NotConnected, Received, Subscribed, Will

_SHARE = "$share/"


def matches(pattern: str, topic: str) -> bool:
    """Tell whether an MQTT topic filter covers a topic (MQTT 5, section 4.7), a shared one too (4.8.2)."""
    wanted, given = pattern.split("/")[2 if pattern.startswith(_SHARE) else 0 :], topic.split("/")
    if wanted[-1] == "#":
        return given[: len(wanted) - 1] == wanted[:-1]
    return len(wanted) == len(given) and all(w in ("+", g) for w, g in zip(wanted, given, strict=True))


@dataclass
class _Session:
    subscriptions: Sequence[str]
    unacknowledged: dict[int, Received] = field(default_factory=dict)
    next_id: int = 1
    link: "MemoryLink | None" = None


@dataclass
class MemoryBroker:
    """Keeps sessions and retained messages, as a broker does; `stop` and `start` stand for its absence."""

    running: bool = True
    retained: dict[str, bytes] = field(default_factory=dict)
    sessions: dict[str, _Session] = field(default_factory=dict)
    links: list["MemoryLink"] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)

    def stop(self) -> None:
        """Vanish, keeping the sessions."""
        self.running = False
        for link in self.links:
            link.cut("the broker is gone")

    def start(self) -> None:
        """Come back; every link connects again."""
        self.running = True
        for link in self.links:
            link.connect()

    def forget(self) -> None:
        """Lose every session and retained message, as a broker does that was killed before it saved."""
        self.sessions.clear()
        self.retained.clear()

    def route(self, topic: str, payload: bytes, retain: bool) -> None:
        """Give a message to every session that subscribes to its topic."""
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        sharing: dict[str, list[_Session]] = {}
        for session in list(self.sessions.values()):
            matching = [pattern for pattern in session.subscriptions if matches(pattern, topic)]
            for pattern in (one for one in matching if one.startswith(_SHARE)):
                sharing.setdefault(pattern, []).append(session)
            if any(not pattern.startswith(_SHARE) for pattern in matching):
                self.hand(session, topic, payload, False)
        for pattern, members in sharing.items():
            # In turn, also to who is away, as Mosquitto does.
            turn = self.turns[pattern] = self.turns.get(pattern, -1) + 1
            self.hand(members[turn % len(members)], topic, payload, False)

    def hand(self, session: _Session, topic: str, payload: bytes, retained: bool) -> None:
        """Put a message into a session, and deliver it if its link is there."""
        received = Received(topic, payload, retained, session.next_id, 1)
        session.next_id += 1
        session.unacknowledged[received.message_id] = received
        if session.link is not None:
            session.link.put(received)


class MemoryLink:
    """A `Link` to a `MemoryBroker`."""

    def __init__(
        self, broker: MemoryBroker, *, client_id: str, subscriptions: Sequence[str], will: Will | None = None
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._subscriptions = subscriptions
        self._will = will
        self._connected = False
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    @property
    def is_connected(self) -> bool:
        """Whether a publish can be tried now."""
        return self._connected

    async def start(self) -> None:
        """Connect if the broker runs, and whenever it starts."""
        self._broker.links.append(self)
        if self._broker.running:
            self.connect()
        else:
            self.put(Disconnected("the broker is not there"))

    def connect(self) -> None:
        """Take up the session; what was not acknowledged is delivered again."""
        present = self._client_id in self._broker.sessions
        session = self._broker.sessions.setdefault(self._client_id, _Session(self._subscriptions))
        session.link = self
        self._connected = True
        self.put(Connected(present))
        for received in list(session.unacknowledged.values()):
            self.put(received)
        self._subscribe(session)

    def _subscribe(self, session: _Session) -> None:
        session.subscriptions = self._subscriptions
        for topic, payload in list(self._broker.retained.items()):
            if any(matches(one, topic) and not one.startswith(_SHARE) for one in self._subscriptions):
                self._broker.hand(session, topic, payload, True)
        if self._subscriptions:
            self.put(Subscribed())

    def cut(self, reason: str) -> None:
        """Lose the connection; the broker speaks the will."""
        if not self._connected:
            return
        self._connected = False
        session = self._broker.sessions.get(self._client_id)
        if session is not None:
            session.link = None
        self.put(Disconnected(reason))
        if self._will is not None:
            self._broker.route(self._will.topic, self._will.payload, True)

    def put(self, event: Event) -> None:
        """Queue an event for the consumer."""
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens, in order."""
        while (event := await self._events.get()) is not None:
            yield event

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expires_in: float | None = None,  # noqa: ARG002 - memory does not expire messages
    ) -> None:
        """Hand a message to the broker."""
        if not self._connected:
            raise NotConnected("the broker is not connected")
        self._broker.route(topic, payload, retain)
        await asyncio.sleep(0)

    def listen_to(self, subscriptions: Sequence[str]) -> None:
        """Subscribe to these from now on, and to nothing else."""
        self._subscriptions = subscriptions
        session = self._broker.sessions.get(self._client_id)
        if session is not None and self._connected:
            self._subscribe(session)

    def acknowledge(self, *received: Received) -> None:
        """Let the broker forget messages; without a connection it does not hear of it and delivers them again."""
        session = self._broker.sessions.get(self._client_id)
        if session is None or not self._connected:
            return
        for one in received:
            if session.unacknowledged.get(one.message_id) is one:
                del session.unacknowledged[one.message_id]

    async def renew(self) -> None:
        """Lose the connection and make it anew."""
        self.cut("renewed")
        if self._broker.running:
            self.connect()

    async def close_for_good(self) -> None:
        """Leave without the will and without a session."""
        if self._connected:
            del self._broker.sessions[self._client_id]
        await self.close()

    async def close(self) -> None:
        """Leave without the will; the session stays."""
        self._will = None
        self.cut("closed")
        self._broker.links.remove(self)
        self._events.put_nowait(None)
