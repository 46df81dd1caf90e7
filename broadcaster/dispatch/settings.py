"""What each terminal is told about itself, to the broker: retained, so that who was off has it when it comes."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from broadcaster.dispatch.patience import Patience
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.signing import TownTerms, trusted
from broadcaster.ledger import Ledger
from broadcaster.ledger.terminal_settings import VALID, Telling
from kokuchi.link import Link, LinkError
from kokuchi.storage import FAILED
from kokuchi.wire import SigningKey, TerminalSettings, Topics, seal

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often, at most and at least, the ledger is looked at: many terminals that report must not make it many times."""

BATCH = 20
"""How many go out at once, so that an alert never waits for more."""


class SettingsPublisher:
    """Publishes to each terminal what has changed for it, and everything again when the broker has lost it.

    `terms` is what the whole town is told, without the keys: those are in the ledger.
    """

    def __init__(
        self, ledger: Ledger, link: Link, signer: Signer, topics: Topics, terms: Callable[[], TownTerms]
    ) -> None:
        self._ledger = ledger
        self._book = ledger.terminal_settings
        self._link = link
        self._signer = signer
        self._topics = topics
        self._terms = terms
        self._patience = Patience()
        self._complaint = ""

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            seen = self._ledger.changes.count
            try:
                if self._may_publish() and await self._publish_batch():
                    continue
            except (*FAILED, OSError, ValueError) as error:
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    log.error("settings not published", extra={"reason": str(error)})  # noqa: TRY400 - until it is mended
            await asyncio.sleep(LOOK_SECONDS)
            await self._ledger.changes.wait(seen, LOOK_SECONDS)

    def _may_publish(self) -> bool:
        return self._link.is_connected and self._patience.is_over

    async def _publish_batch(self) -> bool:
        """Publish some of what is to be published; tell whether there may be more to do now."""
        if await asyncio.to_thread(self._ledger.outbox.has_waiting):
            return False
        if gone := await asyncio.to_thread(self._book.gone, BATCH):
            return await self._clear(gone)
        now = datetime.now(UTC)
        keys = trusted(await asyncio.to_thread(self._ledger.signing_keys.all), now)
        terms = replace(await asyncio.to_thread(self._terms), public_keys=tuple(key.public_pem for key in keys))
        if not keys or not await asyncio.to_thread(self._book.are_due, terms.digest, now):
            return False
        kids = [key.kid for key in keys]
        # After a failure one alone is tried: it may be the broker's rights, and a refusal ends the connection.
        limit = 1 if self._patience.is_tried else BATCH
        claimed = await asyncio.to_thread(
            self._book.claim, terms.digest, lambda held: self._signer.key_for(held, kids).kid, now, limit
        )
        told = await asyncio.to_thread(self._seal, claimed, terms)
        if not await self._publish([(telling.membership.terminal, token) for telling, token in told]):
            return False
        await asyncio.to_thread(self._book.settle, claimed)
        log.info("settings published", extra={"terminals": len(told)})
        return True

    def _seal(self, claimed: list[Telling], terms: TownTerms) -> list[tuple[Telling, bytes]]:
        return [(telling, seal(self._settings(telling, terms), self._key(telling))) for telling in claimed]

    def _key(self, telling: Telling) -> SigningKey:
        return self._signer.by_name(telling.signer) or self._signer.key

    def _settings(self, telling: Telling, terms: TownTerms) -> TerminalSettings:
        membership = telling.membership
        return TerminalSettings(
            town=self._topics.town,
            terminal=membership.terminal,
            revision=telling.revision,
            sent=telling.made_at,
            expires=telling.made_at + VALID,
            areas=tuple(sorted(membership.areas)),
            groups=tuple(sorted(membership.groups)),
            kinds=terms.kinds,
            names=terms.names,
            public_keys=terms.public_keys,
            authorities=terms.authorities,
        )

    async def _clear(self, gone: list[tuple[int, str]]) -> bool:
        """Let the broker forget what it keeps for terminals that are not in service any more."""
        if not await self._publish([(terminal, b"") for _row, terminal in gone]):
            return False
        await asyncio.to_thread(self._book.cleared, [row for row, _terminal in gone])
        return True

    async def _publish(self, messages: list[tuple[str, bytes]]) -> bool:
        try:
            await asyncio.gather(*(self._publish_one(terminal, token) for terminal, token in messages))
        except LinkError as error:
            self._patience.failed()
            log.warning("settings not published", extra={"terminals": len(messages), "reason": str(error)})
            return False
        self._patience.succeeded()
        return True

    async def _publish_one(self, terminal: str, token: bytes) -> None:
        expires_in = VALID.total_seconds() if token else None
        await self._link.publish(self._topics.settings(terminal), token, retain=True, expires_in=expires_in)
