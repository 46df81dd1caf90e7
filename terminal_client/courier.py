"""The terminal's side of the link: alerts come in, reports go out, and sync makes both certain."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from kokuchi.link import Connected, Disconnected, Link, LinkError, Received
from kokuchi.wire import (
    Alert,
    KeyRing,
    Membership,
    Presence,
    Recorded,
    SyncRequest,
    Topics,
    WireError,
    encode,
    open_alert,
    open_sync_reply,
)
from terminal_client.committing import Committer
from terminal_client.inbox import Held, Inbox
from terminal_client.intake import expired, objection, wrong_audience
from terminal_client.timekeeping import TownTime

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 60.0
GATHER_SECONDS = 0.08
"""Stages follow each other closely; a report waits this long so that it carries several."""

SYNC_AFTER_ALERT_SECONDS = (10.0, 60.0)
"""A random time after an alert, so that a town's terminals do not ask all at once."""


CLOCK_SECONDS = 1.0
FRESH_SECONDS = 5.0
"""An answer that took longer than this tells too little of what time it is now."""


@dataclass(frozen=True)
class _Question:
    identifier: str
    held: list[Held]
    count: float


def subscriptions(topics: Topics, membership: Membership) -> list[str]:
    """Return what a terminal listens to."""
    return [*topics.of_member(membership), topics.sync_reply(membership.terminal)]


class Courier:
    """Carries messages between a link and an inbox.

    `on_alert` is called for each alert that was taken and committed, `on_connection` when the link comes or goes,
    `on_time_known` whenever the centre has told the time.
    """

    def __init__(
        self,
        link: Link,
        inbox: Inbox,
        keys: KeyRing,
        town: str,
        membership: Membership,
        *,
        on_alert: Callable[[Alert], None],
        on_connection: Callable[[bool], None],
        on_time_known: Callable[[], None],
        presence: Callable[[], Presence],
        time: TownTime,
        committer: Committer,
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._keys = keys
        self._topics = Topics(town)
        self._membership = membership
        self._on_alert = on_alert
        self._on_connection = on_connection
        self._on_time_known = on_time_known
        self._presence = presence
        self._time = time
        self._committer = committer
        self._report_wanted = asyncio.Event()
        self._presence_wanted = asyncio.Event()
        self._sync_wanted = asyncio.Event()
        self._asked: _Question | None = None

    def report(self) -> None:
        """Say soon what has changed in the inbox."""
        self._report_wanted.set()

    def tell_presence(self) -> None:
        """Say soon how the terminal is."""
        self._presence_wanted.set()

    async def run(self) -> None:
        """Carry messages until cancelled."""
        await self._link.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._send_reports())
                group.create_task(self._send_presence())
                group.create_task(self._send_syncs())
                group.create_task(self._await_system_clock())
        finally:
            await self._link.close()

    async def _listen(self) -> None:
        async for event in self._link.events():
            match event:
                case Received():
                    await self._take(event)
                case Connected():
                    log.info("broker connected")
                    self._on_connection(True)
                    for wanted in (self._presence_wanted, self._sync_wanted, self._report_wanted):
                        wanted.set()
                case Disconnected(reason):
                    log.warning("broker not connected", extra={"reason": reason})
                    self._on_connection(False)

    async def _take(self, received: Received) -> None:
        try:
            if self._topics.is_alert(received.topic):
                await self._take_alert(received.payload)
            else:
                await self._take_sync_reply(received.payload)
        except WireError as error:
            log.warning("message refused", extra={"topic": received.topic, "refusal": error.refusal})
            await self._committer.commit(
                self._inbox.quarantine, received.topic, received.payload, error, self._time.now()
            )
            self._presence_wanted.set()
        # Poison too is acknowledged: it is in quarantine, and the broker would stop delivering what comes after it.
        self._link.acknowledge(received)

    async def _take_alert(self, token: bytes) -> None:
        alert = open_alert(token, self._keys, self._topics.town)
        self._time.heard(alert.sent)
        known, now = self._time.is_known, self._time.now()
        against = objection(alert, self._membership, now) if known else wrong_audience(alert, self._membership)
        taken = await self._committer.commit(self._inbox.add, alert, now, against, judged=known)
        log.info("alert", extra={"alert": alert.identifier, "revision": alert.revision, "taken": taken})
        if taken:
            self._on_alert(alert)
        self._report_wanted.set()
        delay = random.uniform(*SYNC_AFTER_ALERT_SECONDS)  # noqa: S311 - spreads load, guards nothing
        asyncio.get_running_loop().call_later(delay, self._sync_wanted.set)

    async def _take_sync_reply(self, token: bytes) -> None:
        reply = open_sync_reply(token, self._keys, self._topics.town)
        asked = self._asked if self._asked and self._asked.identifier == reply.identifier else None
        if asked is None or reply.terminal != self._membership.terminal:
            return
        self._asked = None
        self._time.heard(reply.sent)
        if asyncio.get_running_loop().time() - asked.count < FRESH_SECONDS:
            self._time.answered(reply.sent)
        await self._judge_what_waits()
        for alert_token in reply.alerts:
            await self._take_alert(alert_token.encode())
        recorded = set(reply.recorded)
        held = [
            item for item in asked.held if Recorded(alert=item.report.alert, revision=item.report.revision) in recorded
        ]
        await self._committer.commit(self._inbox.mark_recorded, held)
        if reply.alerts:
            self._sync_wanted.set()

    async def _judge_what_waits(self) -> None:
        """Take or refuse what came while the time was not known."""
        if not self._time.is_known:
            return
        for alert in await asyncio.to_thread(self._inbox.unjudged):
            against = expired(alert, self._time.now())
            await self._committer.commit(self._inbox.judge, alert, against)
            if against is None:
                self._on_alert(alert)
            self._report_wanted.set()
        self._on_time_known()

    async def _await_system_clock(self) -> None:
        """The device's clock may be synchronised while the centre, which tells the time too, is away."""
        while not self._time.is_known:  # noqa: ASYNC110 - the kernel announces nothing
            await asyncio.sleep(CLOCK_SECONDS)
        await self._judge_what_waits()

    async def _send_reports(self) -> None:
        while True:
            await self._report_wanted.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._report_wanted.clear()
            held = await asyncio.to_thread(self._inbox.untold)
            if not held or not self._link.is_connected:
                continue
            topic = self._topics.delivery(self._membership.terminal)
            try:
                await asyncio.gather(*(self._link.publish(topic, encode(item.report)) for item in held))
            except LinkError as error:
                # What happened stays in the inbox; the next connection reports and syncs it.
                log.warning("report not sent", extra={"reason": str(error)})
                continue
            await self._committer.commit(self._inbox.mark_told, held)
            self._report_wanted.set()

    async def _send_presence(self) -> None:
        while True:
            if self._link.is_connected:
                topic = self._topics.presence(self._membership.terminal)
                try:
                    await self._link.publish(topic, encode(self._presence()), retain=True)
                except LinkError as error:
                    log.warning("presence not sent", extra={"reason": str(error)})
            await _either(self._presence_wanted, PRESENCE_SECONDS)

    async def _send_syncs(self) -> None:
        while True:
            await self._sync_wanted.wait()
            self._sync_wanted.clear()
            if not self._link.is_connected:
                continue
            now = self._time.now()
            held = await asyncio.to_thread(self._inbox.active_or_unrecorded, now)
            request = SyncRequest(
                terminal=self._membership.terminal,
                identifier=uuid4().hex,
                sent=now,
                held=tuple(item.report for item in held),
            )
            # Only the newest question counts; an answer to an older one says nothing that this one will not.
            self._asked = _Question(request.identifier, held, asyncio.get_running_loop().time())
            try:
                await self._link.publish(self._topics.sync(self._membership.terminal), encode(request))
            except LinkError as error:
                log.warning("sync not sent", extra={"reason": str(error)})


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, which clears it, or after some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
