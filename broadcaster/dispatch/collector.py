"""From the broker to the ledger. A message is acknowledged only after what it says was committed."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broadcaster.ledger import Ledger
from kokuchi.committing import Committer
from kokuchi.link import Link, Received
from kokuchi.pulse import Pulse
from kokuchi.wire import (
    CallbackRequest,
    DeliveryReport,
    Presence,
    Refusal,
    SyncRequest,
    Topics,
    WireError,
    decode_delivery,
    decode_presence,
    decode_request,
    decode_sync_request,
)

log = logging.getLogger(__name__)

BATCH = 2000
"""More would cost hardly less for each, and hold up a lone report for longer than the twentieth of a second."""

ANSWERED_AT_ONCE = 100
"""How many sync requests are answered as one group: one look into the ledger, for which others wait."""

PATIENCE = 100.0
"""Seconds for what has arrived to be written and answered; an attempt on a disk that cannot be written is progress."""

_STRANGE_TOPIC = WireError(Refusal.INVALID, "the message is on a topic on which no terminal reports")
"""Such a message can come from a subscription of an earlier version, which the broker still keeps."""

_OUT_OF_SERVICE = WireError(Refusal.INVALID, "the terminal is suspended or retired")
"""The broker lets none of these in, unless it could not be told yet or is managed by hand."""


@dataclass
class _Batch:
    """What a handful of messages say, by kind."""

    reports: list[DeliveryReport] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    requests: list[CallbackRequest] = field(default_factory=list)
    syncs: list[SyncRequest] = field(default_factory=list)
    refused: list[tuple[Received, WireError]] = field(default_factory=list)


class Collector:
    """Writes what terminals say, in batches that are as large as what arrived while the last one was written.

    `on_syncs` is awaited with some sync requests after what they say was committed; `on_batch` is told the size of each
    batch. `pulse` is overdue when something has arrived and nothing was done with it.
    """

    def __init__(
        self,
        ledger: Ledger,
        link: Link,
        topics: Topics,
        committer: Committer,
        on_syncs: Callable[[Sequence[SyncRequest]], Awaitable[None]],
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._link = link
        self._topics = topics
        self._committer = committer
        self._on_syncs = on_syncs
        self._on_batch = on_batch
        self._arrived: list[Received] = []
        self._wake = asyncio.Event()
        self.pulse = Pulse()

    def put(self, received: Received) -> None:
        """Take a message of a terminal."""
        self._arrived.append(received)
        self._wake.set()
        if self.pulse.is_resting:
            self.pulse.expect(PATIENCE)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            messages, self._arrived = self._arrived[:BATCH], self._arrived[BATCH:]
            if not self._arrived:
                self._wake.clear()
            # Until then nothing is acknowledged: the broker keeps it.
            batch = await self._committer.commit(self._store, messages)
            self._on_batch(len(messages))
            self._link.acknowledge(*messages)
            for first in range(0, len(batch.syncs), ANSWERED_AT_ONCE):
                await self._on_syncs(batch.syncs[first : first + ANSWERED_AT_ONCE])
                self.pulse.expect(PATIENCE)
            if not self._arrived:
                self.pulse.rest()

    def _store(self, messages: list[Received]) -> _Batch:
        batch = self._sort(messages)
        self._commit(batch)
        # A terminal that talks nonsense without end must not fill the log.
        for (topic, refusal), count in Counter((one.topic, error.refusal) for one, error in batch.refused).items():
            log.warning("message refused", extra={"topic": topic, "refusal": refusal, "times": count})
        return batch

    def _sort(self, messages: list[Received]) -> _Batch:
        batch = _Batch()
        away = self._ledger.terminals.out_of_service()
        for received in messages:
            try:
                self._read(received, batch, away)
            except WireError as error:
                batch.refused.append((received, error))
        return batch

    def _read(self, received: Received, batch: _Batch, away: frozenset[str]) -> None:
        try:
            terminal = self._topics.terminal_of(received.topic)
        except IndexError:
            raise _STRANGE_TOPIC from None
        # That it is gone is what its last will says when the broker cuts it off.
        if terminal in away and received.topic != self._topics.presence(terminal):
            raise _OUT_OF_SERVICE
        if received.topic == self._topics.delivery(terminal):
            report = decode_delivery(received.payload)
            _require(report.terminal == terminal)
            batch.reports.append(report)
        elif received.topic == self._topics.presence(terminal):
            presence = decode_presence(received.payload)
            _require(presence.terminal == terminal)
            if terminal in away and presence.online:
                raise _OUT_OF_SERVICE
            batch.presences.append(presence)
        elif received.topic == self._topics.request(terminal):
            request = decode_request(received.payload)
            _require(request.terminal == terminal)
            batch.requests.append(request)
        elif received.topic == self._topics.sync(terminal):
            sync = decode_sync_request(received.payload)
            asked = sync.requests or ()
            _require(sync.terminal == terminal)
            _require(all(report.terminal == terminal for report in sync.held))
            _require(all(request.terminal == terminal for request in asked))
            batch.syncs.append(sync)
            batch.reports.extend(sync.held)
            batch.requests.extend(asked)
        else:
            raise _STRANGE_TOPIC

    def _commit(self, batch: _Batch) -> None:
        self.pulse.expect(PATIENCE)
        if batch.reports:
            self._ledger.deliveries.record(batch.reports)
            self._ledger.recovery.note_surpassed(batch.reports)
        if batch.presences:
            self._ledger.presences.record(batch.presences)
            self._ledger.terminal_settings.note(batch.presences)
        if batch.requests:
            self._ledger.requests.record(batch.requests, datetime.now(UTC))
        if batch.refused:
            refused = [(received.topic, received.payload, error) for received, error in batch.refused]
            self._ledger.quarantine.put(refused, datetime.now(UTC))


def _require(own: bool) -> None:
    if not own:
        raise WireError(Refusal.INVALID, "the message speaks for another terminal than its topic")
