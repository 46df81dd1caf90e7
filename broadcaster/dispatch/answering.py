"""Answers to what terminals ask, many at a time: after a power cut all of a town asks within a second."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from broadcaster.dispatch.sealing import Sealer
from broadcaster.dispatch.signer import Signer
from broadcaster.dispatch.sync import REPLY_VALID, answer
from broadcaster.ledger import Ledger
from kokuchi.link import Link, LinkError
from kokuchi.storage import UNWRITABLE
from kokuchi.wire import SyncRequest, Topics, seal

log = logging.getLogger(__name__)

MOST_UNDER_WAY = 500
"""So many answers wait for the broker's word; before more are made, some of them have it."""


class Answering:
    """Answers sync requests of which everything was committed.

    A group of them is one look into the ledger and one turn of a thread. Each in a turn of its own had to wait for
    every other thread of the centre, the pages' among them. Whoever asks for answers does not wait until the broker
    has taken them: what else terminals say is written meanwhile.
    """

    def __init__(self, ledger: Ledger, link: Link, sealer: Sealer, signer: Signer, topics: Topics) -> None:
        self._ledger = ledger
        self._link = link
        self._sealer = sealer
        self._signer = signer
        self._topics = topics
        self._under_way: set[asyncio.Task[None]] = set()

    async def answer(self, requests: Sequence[SyncRequest]) -> None:
        """Answer these; of a terminal that has grown tired of waiting and asked again, its newest."""
        newest = list({request.terminal: request for request in requests}.values())
        try:
            replies = await asyncio.to_thread(self._replies, newest, datetime.now(UTC))
        except UNWRITABLE as error:
            log.error("sync not answered", extra={"reason": str(error)})  # noqa: TRY400 - the terminals ask again
            return
        while len(self._under_way) > MOST_UNDER_WAY:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        for request, reply in replies:
            sending = asyncio.create_task(self._send(request.terminal, reply))
            self._under_way.add(sending)
            sending.add_done_callback(self._under_way.discard)

    def _replies(self, requests: Sequence[SyncRequest], now: datetime) -> list[tuple[SyncRequest, bytes]]:
        active = self._ledger.alerts.active_rows([request.terminal for request in requests], now)
        replies = []
        for request in requests:
            sealed = [self._sealer.by_row(row) for row in active.get(request.terminal, ())]
            asked = [wish.identifier for wish in request.requests or ()]
            states = self._ledger.requests.states(request.terminal, asked)
            reply = answer(self._topics.town, request, sealed, now, states)
            replies.append((request, seal(reply, self._signer.key)))
        return replies

    async def _send(self, terminal: str, reply: bytes) -> None:
        try:
            await self._link.publish(self._topics.sync_reply(terminal), reply, expires_in=REPLY_VALID.total_seconds())
        except LinkError as error:
            # The terminal asks again when it is connected again.
            log.warning("sync not answered", extra={"terminal": terminal, "reason": str(error)})
