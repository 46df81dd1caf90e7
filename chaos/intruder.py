"""Somebody who has got hold of all rights at the broker, but not of the town's key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from broadcaster.ledger import Ledger
from chaos.events import Corruption, Fault, FaultKind, Forgery, Replay
from chaos.lies import corrupt, forge, garbage
from chaos.text import identifier_of
from chaos.town import INTRUDER
from kokuchi.link import BrokerAddress, LinkError, MqttLink, Received
from kokuchi.wire import Alert, Audience, AudienceKind, SigningKey, Topics, seal

_KEPT_REPLIES = 200
_ATTEMPTS = 40
_PAUSE_SECONDS = 0.5


class Intruder:
    """Publishes lies and old truths, and keeps what the centre answers to terminals."""

    def __init__(self, host: str, port: int, topics: Topics, key: SigningKey, ledger: Ledger) -> None:
        self._topics = topics
        self._key = key
        self._ledger = ledger
        self._replies: list[Received] = []
        self._link = MqttLink(
            BrokerAddress(host, port, INTRUDER, INTRUDER),
            client_id=INTRUDER,
            subscriptions=[topics.sync_reply("+")],
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Be connected for the length of a block."""
        await self._link.start()
        listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self._link.close()

    async def carry_out(self, fault: Fault) -> None:
        """Publish what a fault says, waiting for the broker if it is away."""
        topics, everywhere = self._topics, [f"{self._topics.root}/alert/all"]
        match fault.kind:
            case FaultKind.REPLAYED if fault.manner == Replay.SYNC_REPLY:
                if self._replies:
                    reply = self._replies[Random(fault.number).randrange(len(self._replies))]  # noqa: S311 - repeatable
                    await self._publish([reply.topic], reply.payload)
            case FaultKind.REPLAYED:
                alert = await self._alert(fault)
                await self._publish(self._replay_topics(fault, alert), self._captured(alert))
            case FaultKind.FORGED:
                forged = forge(Forgery(fault.manner), fault.number, topics.town, self._key)
                await self._publish(everywhere, forged)
            case FaultKind.CORRUPTED:
                token = self._captured(await self._alert(fault))
                await self._publish(everywhere, corrupt(Corruption(fault.manner), token, fault.number))
            case FaultKind.GARBAGE_PUBLISHED:
                nonsense = garbage(fault.number)
                await self._publish([*everywhere, topics.sync_reply(fault.whom)], nonsense)

    async def _alert(self, fault: Fault) -> Alert:
        for _ in range(_ATTEMPTS):
            accepted = await asyncio.to_thread(
                self._ledger.alerts.revision, identifier_of(fault.number), fault.revision
            )
            if accepted is not None:
                return accepted.alert
            await asyncio.sleep(_PAUSE_SECONDS)
        raise LookupError(f"alert {fault.number} has no revision {fault.revision}")

    def _captured(self, alert: Alert) -> bytes:
        # The same alert and key always make the same bytes: this is the token that went over the wire.
        return seal(alert, self._key)

    def _replay_topics(self, fault: Fault, alert: Alert) -> list[str]:
        match Replay(fault.manner):
            case Replay.SAME_TOPICS:
                audience = alert.audience
            case Replay.ONE_TERMINAL:
                audience = Audience(kind=AudienceKind.TERMINALS, members=(fault.whom,))
            case _:
                audience = Audience(kind=AudienceKind.ALL)
        return self._topics.of_audience(audience)

    async def _publish(self, topics: list[str], payload: bytes) -> None:
        for topic in topics:
            for _ in range(_ATTEMPTS):
                with contextlib.suppress(LinkError):
                    await self._link.publish(topic, payload)
                    break
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self) -> None:
        async for event in self._link.events():
            if isinstance(event, Received):
                self._replies = [*self._replies[-_KEPT_REPLIES:], event]
                self._link.acknowledge(event)
