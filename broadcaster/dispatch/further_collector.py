"""One of several who share the reports of a large town. Everything else that terminals say is the centre's.

Only reports can be shared: they may come in any order, twice, and to anybody (broadcaster.domain.delivery.merge). The
last presence of a terminal must stay the last; an answer to a sync is signed, and the key never leaves the centre.
"""

import asyncio
import logging
from uuid import uuid4

from broadcaster.dispatch.collector import Collector
from broadcaster.ledger import Ledger
from kokuchi.committing import Committer
from kokuchi.link import Connected, Disconnected, EndableLink, LinkError, Received
from kokuchi.watchdog import Part
from kokuchi.wire import Topics

log = logging.getLogger(__name__)

LEAVE_SECONDS = 20.0
"""How long who is told to end takes to write what waits; the unit's TimeoutStopSec is more."""

_LOOK_SECONDS = 0.02


class FurtherCollector:
    """Writes the reports that the broker hands to this one; `link` listens to what the group shares.

    `name` is as whom it is known to the broker.
    """

    def __init__(self, ledger: Ledger, link: EndableLink, topics: Topics, name: str) -> None:
        self._link = link
        self._end = topics.collector(name)
        self._collector = Collector(ledger, link, topics, Committer(), _answer_nobody)
        self._token = uuid4().hex.encode()
        self._nothing_follows = asyncio.Event()
        self._has_left = False

    @property
    def vital_parts(self) -> list[Part]:
        """What must make progress, or this collector is of no use."""
        return [Part("collector", self._collector.pulse, "what terminals said was not written")]

    async def run(self) -> None:
        """Collect until cancelled."""
        await self._link.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._collector.run(), name="collector")
                group.create_task(self._listen(), name="listener")
        finally:
            # A session that is kept goes on being handed its share of the reports.
            await (self._link.close_for_good() if self._has_left else self._link.close())

    async def leave(self, within: float = LEAVE_SECONDS) -> bool:
        """Let the others have all reports from now on, and write what waits here; tell whether everything is written.

        If it is, the end of `run` is the end of the session too. If it is not, what waits comes at the next start; and
        the terminals say in their syncs what nobody has confirmed.
        """
        self._link.listen_to([self._end])
        try:
            async with asyncio.timeout(within):
                await self._hear_the_end()
                while not self._collector.pulse.is_resting:  # noqa: ASYNC110 - it rests once all is written
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            log.warning("reports may wait at the broker for this collector", extra={"seconds": within})
            return False
        self._has_left = True
        log.info("collector has left")
        return True

    async def _hear_the_end(self) -> None:
        while True:
            try:
                # The broker keeps the order: what it had for us when it took this comes before it.
                await self._link.publish(self._end, self._token)
            except LinkError:
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                await self._nothing_follows.wait()
                return

    async def _listen(self) -> None:
        async for event in self._link.events():
            match event:
                case Received(topic, payload) if topic == self._end:
                    self._link.acknowledge(event)
                    # One of an earlier attempt to leave may still have waited.
                    if payload == self._token:
                        self._nothing_follows.set()
                case Received():
                    self._collector.put(event)
                case Connected(session_present):
                    log.info("broker connected", extra={"session_present": session_present})
                case Disconnected(reason):
                    log.warning("broker not connected", extra={"reason": reason})


async def _answer_nobody(_asked: object) -> None:
    """No sync comes to a further collector; what claims to be one is not answered."""
