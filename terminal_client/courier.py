"""The terminal's side of the link: alerts come in, reports go out, and sync makes both certain."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime
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
from terminal_client.inbox import Held, Inbox
from terminal_client.intake import objection

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 60.0
GATHER_SECONDS = 0.08
"""Stages follow each other closely; a report waits this long so that it carries several."""

SYNC_AFTER_ALERT_SECONDS = (10.0, 60.0)
"""A random time after an alert, so that a town's terminals do not ask all at once."""


def subscriptions(topics: Topics, membership: Membership) -> list[str]:
    """Return what a terminal listens to."""
    return [*topics.of_member(membership), topics.sync_reply(membership.terminal)]


class Courier:
    """Carries messages between a link and an inbox.

    `on_alert` is called for each alert that was taken and committed, `on_connection` when the link comes or goes.
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
        presence: Callable[[], Presence],
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._keys = keys
        self._topics = Topics(town)
        self._membership = membership
        self._on_alert = on_alert
        self._on_connection = on_connection
        self._presence = presence
        self._report_wanted = asyncio.Event()
        self._presence_wanted = asyncio.Event()
        self._sync_wanted = asyncio.Event()
        self._asked: dict[str, list[Held]] = {}

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
            await asyncio.to_thread(self._inbox.quarantine, received.topic, received.payload, error, datetime.now(UTC))
            self._presence_wanted.set()
        # Poison too is acknowledged: it is in quarantine, and the broker would stop delivering what comes after it.
        self._link.acknowledge(received)

    async def _take_alert(self, token: bytes) -> None:
        alert = open_alert(token, self._keys, self._topics.town)
        now = datetime.now(UTC)
        refused = objection(alert, self._membership, now)
        if not await asyncio.to_thread(self._inbox.add, alert, now, refused):
            return
        log.info("alert taken", extra={"alert": alert.identifier, "revision": alert.revision, "refused": refused})
        if refused is None:
            self._on_alert(alert)
        self._report_wanted.set()
        delay = random.uniform(*SYNC_AFTER_ALERT_SECONDS)  # noqa: S311 - spreads load, guards nothing
        asyncio.get_running_loop().call_later(delay, self._sync_wanted.set)

    async def _take_sync_reply(self, token: bytes) -> None:
        reply = open_sync_reply(token, self._keys, self._topics.town)
        asked = self._asked.pop(reply.identifier, None)
        if asked is None or reply.terminal != self._membership.terminal:
            return
        for alert_token in reply.alerts:
            await self._take_alert(alert_token.encode())
        recorded = set(reply.recorded)
        held = [item for item in asked if Recorded(alert=item.report.alert, revision=item.report.revision) in recorded]
        await asyncio.to_thread(self._inbox.mark_recorded, held)
        if reply.alerts:
            self._sync_wanted.set()

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
            await asyncio.to_thread(self._inbox.mark_told, held)
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
            now = datetime.now(UTC)
            held = await asyncio.to_thread(self._inbox.active_or_unrecorded, now)
            request = SyncRequest(
                terminal=self._membership.terminal,
                identifier=uuid4().hex,
                sent=now,
                held=tuple(item.report for item in held),
            )
            # Only the newest question counts; an answer to an older one says nothing that this one will not.
            self._asked = {request.identifier: held}
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
