"""The centre's side of the link: sends every event to where it belongs."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from broadcaster.dispatch.answering import Answering
from broadcaster.dispatch.broker_watch import OVERHEARD, BrokerWatch
from broadcaster.dispatch.collector import Collector
from broadcaster.dispatch.dictionary import DictionaryPublisher
from broadcaster.dispatch.publisher import Publisher
from broadcaster.dispatch.reminder import Reminders
from broadcaster.dispatch.sealing import Sealer
from broadcaster.dispatch.settings import SettingsPublisher
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.signing import KeyState, TownTerms
from broadcaster.ledger import Ledger
from kokuchi.committing import Committer
from kokuchi.link import Connected, Disconnected, Link, Received
from kokuchi.watchdog import Part
from kokuchi.wire import Alert, Topics
from kokuchi.wire.signature import KeyFileError

log = logging.getLogger(__name__)

KEY_LOOK_SECONDS = 5.0
"""How often the ledger is looked at for another signing key when nobody announces a change."""


def subscriptions(topics: Topics, group: str = "") -> list[str]:
    """Return what the centre listens to. The reports of terminals it shares with a group of collectors, if it is told.

    Of what is shared, MQTT neither keeps the order nor tells what is retained; docs/architecture.md says why the rest
    is the centre's alone.
    """
    reports = topics.shared_deliveries(group) if group else topics.delivery("+")
    return [reports, topics.presence("+"), topics.request("+"), topics.sync("+")]


class Dispatcher:
    """Joins a ledger and a link. `terms` is what every terminal of the town is told about itself.

    `on_batch` is told how many messages of terminals were written at once.
    """

    def __init__(
        self,
        ledger: Ledger,
        link: Link,
        signer: Signer,
        town: str,
        terms: Callable[[], TownTerms],
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._link = link
        self._signer = signer
        self._topics = Topics(town)
        self._sealer = Sealer(ledger, signer)
        self._publisher = Publisher(ledger, link, self._sealer)
        self._reminders = Reminders(ledger, link, self._sealer, self._topics)
        self._dictionary = DictionaryPublisher(ledger, link, signer, self._topics)
        self._settings = SettingsPublisher(ledger, link, signer, self._topics, terms)
        self._watch = BrokerWatch(ledger, self._topics)
        self._committer = Committer()
        answering = Answering(ledger, link, self._sealer, signer, self._topics)
        self._collector = Collector(ledger, link, self._topics, self._committer, answering.answer, on_batch)

    @property
    def vital_parts(self) -> list[Part]:
        """What must make progress, or the centre is of no use."""
        return [
            Part("publisher", self._publisher.pulse, "it did not look at the outbox"),
            Part("collector", self._collector.pulse, "what terminals said was not written"),
        ]

    def expect(self, alert: Alert) -> None:
        """Prepare what is about to be accepted; may be called from any thread, and returns at once."""
        self._sealer.expect(alert)

    async def run(self) -> None:
        """Dispatch until cancelled; an error of one part ends the whole, for the supervisor to start anew."""
        await self._link.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publisher.run(), name="publisher")
                group.create_task(self._dictionary.run(), name="dictionary")
                group.create_task(self._collector.run(), name="collector")
                group.create_task(self._reminders.run(), name="reminders")
                group.create_task(self._settings.run(), name="settings")
                group.create_task(self._follow_keys(), name="keys")
                group.create_task(self._listen(), name="listener")
        finally:
            await self._link.close()

    async def _listen(self) -> None:
        async for event in self._link.events():
            match event:
                case Received(topic, payload) if topic in OVERHEARD:
                    self._watch.take(topic, payload.decode(errors="replace"))
                case Received():
                    self._collector.put(event)
                case Connected(session_present):
                    log.info("broker connected", extra={"session_present": session_present})
                    if not session_present:
                        # The broker has lost what it had, or never had it; terminals know what comes twice.
                        await self._committer.commit(self._ledger.outbox.republish, datetime.now(UTC))
                        await self._committer.commit(self._ledger.presences.doubt)
                        await self._committer.commit(self._ledger.terminal_settings.republish)
                    self._dictionary.offer_again()
                    await self._committer.commit(self._ledger.broker.record, True, "", datetime.now(UTC))
                case Disconnected(reason):
                    log.warning("broker not connected", extra={"reason": reason})
                    await self._committer.commit(self._ledger.broker.record, False, reason, datetime.now(UTC))

    async def _follow_keys(self) -> None:
        """Sign with what `broadcaster keys` has made the current key, what is valid already too."""
        known: dict[str, KeyState] = {}
        while True:
            seen = self._ledger.changes.count
            states = await self._committer.commit(self._ledger.signing_keys.states)
            if states != known:
                known, former = states, self._signer.key.kid
                try:
                    await asyncio.to_thread(self._signer.renew)
                except KeyFileError as error:
                    log.error("signing key cannot be read", extra={"reason": str(error)})  # noqa: TRY400 - the former signs
                if self._signer.key.kid != former:
                    log.info("signing key changed", extra={"kid": self._signer.key.kid})
                    self._sealer.forget()
                    self._dictionary.offer_again()
                    await self._committer.commit(self._ledger.outbox.republish, datetime.now(UTC))
            # At once: terminals do not take what the former key says of the new one.
            await self._ledger.changes.wait(seen, KEY_LOOK_SECONDS)
