"""A centre on a broker in memory, and one party that hears and says everything there."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from broadcaster.dispatch import Dispatcher
from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.signing import Keychain, TownTerms
from broadcaster.ledger import Ledger
from kokuchi.link import Received
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.wire import Alert, KeyRing, SigningKey, SyncReply, SyncRequest, encode, open_alert, open_sync_reply
from kokuchi.wire.fields import Message
from tests.broadcaster.examples import TOPICS, TOWN, accept, alert
from tests.waiting import until

KEY = SigningKey.generate()
RING = KeyRing.of(KEY.private.public_key())


class Town:
    def __init__(self, ledger: Ledger, broker: MemoryBroker) -> None:
        self.ledger = ledger
        self.broker = broker
        self.heard: list[Received] = []
        self._ear = MemoryLink(
            broker, client_id="ear", subscriptions=[f"{TOPICS.root}/alert/#", TOPICS.sync_reply("+")]
        )
        self._centre: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self.link: MemoryLink | None = None
        self.keychain = Keychain(KEY)
        self.terms = TownTerms({}, {})

    async def open(self) -> None:
        await self._ear.start()
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        await self.stop_centre()
        await self._ear.close()
        if self._listening is not None:
            await self._listening

    async def start_centre(self, link: MemoryLink | None = None) -> None:
        self.link = link or MemoryLink(self.broker, client_id="centre", subscriptions=subscriptions(TOPICS))
        self._centre = asyncio.create_task(
            Dispatcher(self.ledger, self.link, Signer(lambda: self.keychain), TOWN.id, lambda: self.terms).run()
        )
        await until(lambda: self.ledger.broker.state() is not None)

    async def stop_centre(self) -> None:
        if self._centre is not None:
            assert not self._centre.done(), "the centre must still run"
            self._centre.cancel()
            with suppress(asyncio.CancelledError):
                await self._centre
            self._centre = None

    @property
    def unacknowledged(self) -> list[bytes]:
        """What the broker still keeps for the centre."""
        return [received.payload for received in self.broker.sessions["centre"].unacknowledged.values()]

    @property
    def alerts(self) -> list[tuple[str, Alert]]:
        """The alerts that were published, opened with the centre's public key, with their topics."""
        return [
            (received.topic, open_alert(received.payload, RING, TOWN.id))
            for received in self.heard
            if TOPICS.is_alert(received.topic)
        ]

    def replies(self, terminal: str) -> list[SyncReply]:
        return [
            open_sync_reply(received.payload, RING, TOWN.id)
            for received in self.heard
            if received.topic == TOPICS.sync_reply(terminal)
        ]

    async def say(self, topic: str, message: Message | bytes) -> None:
        """Let a terminal, or whoever, publish something."""
        await self._ear.publish(topic, message if isinstance(message, bytes) else encode(message))

    async def ask(self, request: SyncRequest) -> SyncReply:
        """Let a terminal sync and return the answer."""
        before = len(self.replies(request.terminal))
        await self.say(TOPICS.sync(request.terminal), request)
        await until(lambda: len(self.replies(request.terminal)) > before, what="an answer")
        return self.replies(request.terminal)[-1]

    async def _listen(self) -> None:
        async for event in self._ear.events():
            if isinstance(event, Received):
                self._ear.acknowledge(event)
                self.heard.append(event)


def fresh(identifier: str = "a-1", revision: int = 1, **changes: object) -> Alert:
    """An alert that is sent now and so has not expired by the real clock."""
    return alert(identifier, revision, sent=datetime.now(UTC).replace(microsecond=0), **changes)  # type: ignore[arg-type] # the same keywords


async def accept_now(town: Town, given: Alert) -> Alert:
    """Accept from another thread, as the pages' handlers do."""
    await asyncio.to_thread(accept, town.ledger, given)
    return given
