"""The town's dictionary to the broker: retained, so that a terminal has it as soon as it is connected."""

import asyncio
import logging
from datetime import UTC, datetime

from broadcaster.dispatch.patience import Patience
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.dictionary import DictionaryTooLarge
from broadcaster.ledger import Ledger
from kokuchi.link import Link, LinkError
from kokuchi.storage import FAILED
from kokuchi.wire import Dictionary, Topics, seal

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often the ledger is looked at when nobody announces a change."""


class DictionaryPublisher:
    """Publishes each revision once, and the one that stands again on every connection: the broker may have lost it."""

    def __init__(self, ledger: Ledger, link: Link, signer: Signer, topics: Topics) -> None:
        self._ledger = ledger
        self._link = link
        self._signer = signer
        self._topics = topics
        self._published = 0
        self._patience = Patience()

    def offer_again(self) -> None:
        """Publish what stands once more."""
        self._published = 0

    async def run(self) -> None:
        """Publish until cancelled, and make a new revision before the one that stands expires."""
        while True:
            seen = self._ledger.changes.count
            try:
                await asyncio.to_thread(self._ledger.dictionary.renew, datetime.now(UTC))
                if self._may_publish() and self._published != await asyncio.to_thread(self._ledger.dictionary.revision):
                    await self._publish(await asyncio.to_thread(self._ledger.dictionary.standing))
            except (*FAILED, DictionaryTooLarge) as error:
                log.error("dictionary cannot be read", extra={"reason": str(error)})  # noqa: TRY400 - until the disk heals
            await self._ledger.changes.wait_calmly(seen, LOOK_SECONDS)

    def _may_publish(self) -> bool:
        return self._link.is_connected and self._patience.is_over

    async def _publish(self, dictionary: Dictionary | None) -> None:
        if dictionary is None:
            return
        token = await asyncio.to_thread(seal, dictionary, self._signer.key)
        # Before the attempt: a connection that comes meanwhile wants it published once more.
        self._published = dictionary.revision
        seconds_left = (dictionary.expires - datetime.now(UTC)).total_seconds()
        try:
            await self._link.publish(self._topics.dictionary, token, retain=True, expires_in=seconds_left)
        except LinkError as error:
            self._published = 0
            self._patience.failed()
            log.warning("dictionary not published", extra={"revision": dictionary.revision, "reason": str(error)})
        else:
            self._patience.succeeded()
            log.info("dictionary published", extra={"revision": dictionary.revision, "bytes": len(token)})
