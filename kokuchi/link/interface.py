"""What a link is to the rooms that use it.

`MqttLink` is the real one, `MemoryLink` its fake; one contract suite holds both.

Errors::

    LinkError
     ├ NotConnected      nothing was handed to the broker; publish again after the next Connected
     └ PublishRefused    the broker answered with a failure, and would again
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class LinkError(Exception):
    """Base of what can go wrong when publishing."""


class NotConnected(LinkError):  # noqa: N818 - reads as what it says: the link is not connected
    """The broker was not reached, or the connection ended before it answered."""


class PublishRefused(LinkError):  # noqa: N818 - the broker's refusal, in its own words
    """The broker refused the message; the text is its reason."""


@dataclass(frozen=True)
class Connected:
    """The broker has accepted the connection; the subscriptions reach it before anything that is published now."""

    session_present: bool


@dataclass(frozen=True)
class Subscribed:
    """The broker has answered subscriptions, those too that it has refused; told at each connection that makes some.

    What it had kept for us comes before this, as far as it sends things before they are acknowledged: a broker begins
    with that as soon as it has accepted the connection. Not every broker need do so, and nothing may rest upon it.
    """


@dataclass(frozen=True)
class Disconnected:
    """The connection ended, or could not be made; the link tries again by itself."""

    reason: str


class Received(NamedTuple):
    """A message. The broker keeps it until `Link.acknowledge`. A tuple: there may be thousands in a second."""

    topic: str
    payload: bytes
    retained: bool
    message_id: int
    qos: int

    def __repr__(self) -> str:
        return f"Received({self.topic!r}, {len(self.payload)} bytes, message_id={self.message_id})"


Event = Connected | Subscribed | Disconnected | Received


@dataclass(frozen=True)
class Will:
    """What the broker says for us when we vanish; retained."""

    topic: str
    payload: bytes


class Link(Protocol):
    """A connection to a broker that comes back by itself and keeps its session, with QoS 1."""

    @property
    def is_connected(self) -> bool:
        """Whether a publish can be tried now."""

    async def start(self) -> None:
        """Begin to connect. A broker that is not there is no error: events tell."""

    def events(self) -> AsyncIterator[Event]:
        """Yield what happens, in order; for one consumer. Ends after `close`."""

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
    ) -> None:
        """Publish and return once the broker has taken the message, or raise LinkError.

        `expires_in` (seconds) lets the broker drop it when it could not deliver it by then.
        """

    def listen_to(self, subscriptions: Sequence[str]) -> None:
        """Subscribe to these from now on, at every connection, and to nothing else; what is retained may come again."""

    def acknowledge(self, *received: Received) -> None:
        """Tell the broker that messages are safe with us. They are acknowledged in the order they came.

        For one whose connection has ended this does nothing: the broker delivers it again.
        """

    async def renew(self) -> None:
        """Give up the connection, and whatever stands still beneath it, and connect again with the same session."""

    async def close(self) -> None:
        """Say goodbye, without the will, and end the events."""


class EndableLink(Link, Protocol):
    """A link of somebody who may leave for good."""

    async def close_for_good(self) -> None:
        """Close, and let the broker forget the session and whatever waits in it."""
