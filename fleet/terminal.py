"""A terminal that is light: it takes alerts, reports what its script says, and syncs at each connection."""

import itertools
import select
import time
from functools import partial

from fleet import packets, reports
from fleet.connection import Connection
from fleet.errors import FleetError
from fleet.packets import PINGREQ, Packet, Publication, Will
from fleet.plain import Plain
from fleet.reports import Progress
from fleet.shared import Shared
from kokuchi.wire import CallbackRequest, Membership, Presence, encode
from terminal_client.courier import subscriptions
from terminal_client.syncing import LONGEST_PATIENCE_SECONDS, PATIENCE_SECONDS

SESSION_SECONDS = 3600
KEEPALIVE_SECONDS = 60
"""Longer than a terminal's own 20 s, since so many share a processor."""

_REMEMBERED = 5
_numbers = itertools.count(1)


class LightTerminal:
    """One terminal. What the broker had not acknowledged when it was lost is not sent again: the next sync says it.

    `synced_at` is when the centre last had nothing new to tell, by time.monotonic(), since it is connected.
    """

    __slots__ = (
        "_asks_soon",
        "_beginning",
        "_connection",
        "_delivery",
        "_questions",
        "_shared",
        "_sync",
        "asked",
        "asked_at",
        "held",
        "is_connected",
        "membership",
        "name",
        "password",
        "said_at",
        "synced_at",
        "unanswered",
    )

    def __init__(self, membership: Membership, password: str, shared: Shared) -> None:
        self.membership = membership
        self.name = membership.terminal
        self.password = password
        self.held: dict[tuple[str, int], Progress] = {}
        self.synced_at: float | None = None
        self.asked = ""
        self._questions: tuple[str, ...] = ()
        self.asked_at = self.said_at = 0.0
        self.unanswered = 0
        self.is_connected = self._asks_soon = False
        self._shared = shared
        self._connection: Connection | None = None
        self._beginning = reports.of_terminal(membership.terminal)
        self._delivery = packets.text(shared.topics.delivery(membership.terminal))
        self._sync = packets.text(shared.topics.sync(membership.terminal))

    def connect(self, address: tuple[str, int], poll: select.epoll) -> int:
        """Begin to connect; return the number of the socket. Raises OSError if nobody listens there."""
        self._connection = Connection(address, poll)
        return self._connection.number

    @property
    def number(self) -> int | None:
        """The number of its socket, None while it has none."""
        return self._connection.number if self._connection else None

    def cut(self) -> None:
        """End the connection without a word."""
        self._open().cut()
        self._connection, self.is_connected, self.synced_at = None, False, None

    def write(self) -> None:
        """Use that the socket takes something: say who it is, or what was not taken before.

        Raises OSError if nobody listens there.
        """
        connection = self._open()
        if connection.is_made:
            connection.flush()
            return
        connection.finish_connecting()
        will = Will(self._shared.topics.presence(self.name), self._presence(online=False))
        connection.send(
            packets.connect(
                self.name,
                self.name,
                self.password,
                keepalive=KEEPALIVE_SECONDS,
                session_seconds=SESSION_SECONDS,
                will=will,
            )
        )

    def read(self) -> None:
        """Do what the broker's packets want done. Raises OSError if the connection is lost, FleetError or WireError."""
        connection = self._open()
        received = connection.receive()
        connection.gather()
        for packet in received:
            match packet.kind:
                case packets.PUBLISH:
                    self._take(packets.read_publication(packet))
                case packets.CONNACK:
                    self._require(packet)
                    self._begin()
                case packets.PUBACK:
                    self._require(packet)
                case packets.SUBACK:
                    self._require(packet)
                    self._be_subscribed()
                case packets.DISCONNECTED:
                    raise ConnectionResetError("the broker has said goodbye")
        connection.release()

    def ping(self) -> None:
        """Say that it is still there."""
        self._send(PINGREQ)

    def ask(self) -> None:
        """Say what is held. Who is not answered asks again, less and less often, as a terminal does."""
        self.unanswered += 1
        self._asks_soon = False
        self.asked, self.asked_at = f"q{next(_numbers)}", time.monotonic()
        self._questions = (*self._questions[-_REMEMBERED + 1 :], self.asked)
        question = reports.sync_request(self._beginning, self.asked, self._shared.now(), self.held.values())
        self._publish(self._sync, question)

    def is_tired_of_waiting(self, now: float) -> bool:
        """Tell whether it has to ask again."""
        patience = min(LONGEST_PATIENCE_SECONDS, PATIENCE_SECONDS * 2 ** min(self.unanswered - 1, 10))
        return self.unanswered > 0 and now - self.asked_at > patience

    def say(self, presence: Presence) -> None:
        """Say how it is, as a terminal does every minute."""
        self._publish(packets.text(self._shared.topics.presence(self.name)), encode(presence), retain=True)

    def wish(self, request: CallbackRequest) -> None:
        """Ask for a call."""
        self._publish(packets.text(self._shared.topics.request(self.name)), encode(request))

    def babble(self, payload: bytes) -> None:
        """Say what is no report."""
        self._publish(self._delivery, payload)

    def finish(self) -> int:
        """Report that everything was heard that was not yet; return how much that was."""
        unheard = [progress for progress in self.held.values() if not progress.is_heard]
        for progress in unheard:
            self._report(progress, ("voice_started_at", "voiced_at"))
        return len(unheard)

    def _begin(self) -> None:
        self.is_connected, self.unanswered, self._questions = True, 0, ()
        topics = [*subscriptions(self._shared.topics, self.membership), *map(bytes.decode, self._shared.plain)]
        self._send(packets.subscribe(self._open().next_identifier(), topics))
        presence = packets.text(self._shared.topics.presence(self.name))
        self._publish(presence, self._presence(online=True), retain=True)
        self._asks_soon = True

    def _be_subscribed(self) -> None:
        # What the broker had kept is held by now.
        self.ask()

    def _take(self, message: Publication) -> None:
        shared = self._shared
        if message.identifier:
            self._send(packets.puback(message.identifier))
        if message.topic.startswith(shared.alerts):
            self._hold(message.payload)
        elif (plain := shared.plain.get(message.topic)) is not None:
            plain.came()
            self._answer(plain, 0)
        elif message.topic.startswith(self._sync[2:]):
            self._hear(message.payload)

    def _hear(self, token: bytes) -> None:
        question, alerts = self._shared.opening.reply(token)
        if question not in self._questions:
            return
        # A slow broker brings the answer to an earlier question than the last one.
        self._questions, self.unanswered = (), 0
        self._asks_soon = bool(alerts)
        for alert in alerts:
            self._hold(alert)
        if alerts:
            # There may be more than fits into one answer.
            self.ask()
        else:
            self.synced_at = time.monotonic()

    def _hold(self, token: bytes) -> None:
        opened = self._shared.opening.alert(token)
        if opened.key in self.held or not opened.is_for(self.membership):
            return
        opened.is_held()
        progress = self.held[opened.key] = Progress(opened.piece)
        self._follow(progress, 0)

    def _follow(self, progress: Progress, step: int) -> None:
        script = self._shared.script
        self._report(progress, script[step])
        if step + 1 < len(script):
            self._shared.later.append(partial(self._follow, progress, step + 1))

    def _answer(self, plain: Plain, step: int) -> None:
        answers = plain.answers(self.name)
        self._publish(packets.text(plain.answered_on(self.name)), answers[step])
        if step + 1 < len(answers):
            self._shared.later.append(partial(self._answer, plain, step + 1))

    def _report(self, progress: Progress, moments: tuple[str, ...]) -> None:
        now = self._shared.now()
        progress.reach(self._shared.moments(moments, now))
        if self._asks_soon:
            # A terminal gathers what it says for a moment, and its question says it too.
            return
        self._publish(self._delivery, progress.report(self._beginning, now))

    def _presence(self, *, online: bool) -> bytes:
        return reports.presence(self._beginning, self._shared.now(), online=online)

    def _publish(self, topic: bytes, payload: bytes, *, retain: bool = False) -> None:
        if self.is_connected:
            self._send(packets.publish(topic, payload, self._open().next_identifier(), retain=retain))

    def _send(self, packet: bytes) -> None:
        self.said_at = time.monotonic()
        self._open().send(packet)

    def _open(self) -> Connection:
        if self._connection is None:
            raise ConnectionError(f"{self.name} has no connection")
        return self._connection

    def _require(self, packet: Packet) -> None:
        if codes := packets.refusals(packet):
            raise FleetError(f"the broker refuses {self.name} a packet of kind {packet.kind:#x}: {codes[0]:#x}")
