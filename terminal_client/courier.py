"""The terminal's side of the link: alerts come in, reports go out, and sync makes both certain."""

import asyncio
import hashlib
import logging
from collections.abc import Callable

from kokuchi.committing import Committer
from kokuchi.link import Connected, Disconnected, Link, LinkError, Received, Subscribed
from kokuchi.wire import (
    Alert,
    CallbackRequest,
    Dictionary,
    Membership,
    Presence,
    Recorded,
    Refusal,
    Topics,
    WireError,
    encode,
    open_alert,
    open_dictionary,
    open_sync_reply,
)
from terminal_client.consultation import Consultation
from terminal_client.inbox import Inbox
from terminal_client.intake import expired, objection
from terminal_client.syncing import GATHER_SECONDS, Syncing, is_set_within
from terminal_client.terms import Standing
from terminal_client.timekeeping import TownTime

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 60.0
CLOCK_SECONDS = 1.0
REMEMBERED_TOKENS = 1000


def subscriptions(topics: Topics, membership: Membership) -> list[str]:
    """Return what a terminal listens to; the settings first, since they may bring the key of what follows."""
    own = topics.settings(membership.terminal), topics.sync_reply(membership.terminal)
    return [own[0], *topics.of_member(membership), own[1], topics.dictionary]


class Courier:
    """Carries messages between a link and an inbox.

    `on_alert` is called for each alert that was taken and committed, `on_dictionary` for each newer dictionary,
    `on_connection` when the link comes or goes, `on_time_known` whenever the centre has told the time.
    """

    def __init__(
        self,
        link: Link,
        inbox: Inbox,
        standing: Standing,
        town: str,
        *,
        on_alert: Callable[[Alert], None],
        on_dictionary: Callable[[Dictionary], None],
        on_connection: Callable[[bool], None],
        on_time_known: Callable[[], None],
        presence: Callable[[], Presence],
        time: TownTime,
        committer: Committer,
        consultation: Consultation,
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._topics = Topics(town)
        self._standing = standing
        self._terminal = standing.membership.terminal
        self._on_alert = on_alert
        self._on_dictionary = on_dictionary
        self._on_connection = on_connection
        self._on_time_known = on_time_known
        self._presence = presence
        self._time = time
        self._committer = committer
        self._consultation = consultation
        self._committed: dict[bytes, None] = {}
        self._report_wanted = asyncio.Event()
        self._presence_wanted = asyncio.Event()
        self._requests: asyncio.Queue[CallbackRequest] = asyncio.Queue()
        self._syncing = Syncing(
            link,
            inbox,
            self._terminal,
            self._topics.sync(self._terminal),
            time.now,
            consultation.to_ask_about,
            committer,
        )

    def report(self) -> None:
        """Say soon what has changed in the inbox."""
        self._report_wanted.set()

    def tell_presence(self) -> None:
        """Say soon how the terminal is."""
        self._presence_wanted.set()

    def request(self, request: CallbackRequest) -> None:
        """Say at once what the household wants; it is committed, and a sync will repeat it until the centre has it."""
        self._requests.put_nowait(request)

    def ask_later(self) -> None:
        """Ask the centre in a while what became of everything."""
        self._syncing.ask_later()

    async def run(self) -> None:
        """Carry messages until cancelled."""
        await self._link.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._send_reports())
                group.create_task(self._send_presence())
                group.create_task(self._send_requests())
                group.create_task(self._syncing.run())
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
                    self._presence_wanted.set()
                case Subscribed():
                    # What the broker had kept is held by now: the question says so, and nobody sends it again.
                    self._syncing.ask()
                    self._report_wanted.set()
                case Disconnected(reason):
                    log.warning("broker not connected", extra={"reason": reason})
                    self._on_connection(False)

    async def _take(self, received: Received) -> None:
        try:
            if self._topics.is_alert(received.topic):
                await self._take_alert(received.payload)
            elif received.topic == self._topics.dictionary:
                await self._take_dictionary(received.payload)
            elif received.topic == self._topics.settings(self._terminal):
                await self._take_settings(received.payload)
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
        # After a broker's loss everything is published once more; what is in the inbox costs no signature and no write.
        digest = hashlib.sha256(token).digest()
        if digest in self._committed:
            # Sent again, perhaps because the centre has not heard of it from here.
            self._syncing.ask_later()
            return
        alert = open_alert(token, self._standing.keys, self._topics.town)
        self._time.heard(alert.sent)
        known, now = self._time.is_known, self._time.now()
        membership = self._standing.membership
        follows = await asyncio.to_thread(self._inbox.has_taken, alert)
        against = objection(alert, membership, now if known else None, follows=follows)
        taken = await self._committer.commit(self._inbox.add, alert, now, against, judged=known)
        log.info("alert", extra={"alert": alert.identifier, "revision": alert.revision, "taken": taken})
        self._committed[digest] = None
        while len(self._committed) > REMEMBERED_TOKENS:
            self._committed.pop(next(iter(self._committed)))
        if taken:
            self._on_alert(alert)
        self._report_wanted.set()

    async def _take_dictionary(self, token: bytes) -> None:
        dictionary = open_dictionary(token, self._standing.keys, self._topics.town)
        self._time.heard(dictionary.sent)
        if self._time.is_known and dictionary.expires <= self._time.now():
            raise WireError(Refusal.EXPIRED, f"the dictionary has expired: {dictionary.expires}")
        newer = await self._committer.commit(self._inbox.keep_dictionary, dictionary)
        # The broker gives the one that is held on every connection; an older one can only be a replay.
        log.info("dictionary received", extra={"revision": dictionary.revision, "newer": newer})
        if newer:
            self._on_dictionary(dictionary)

    async def _take_settings(self, token: bytes) -> None:
        # An empty message says that the centre has taken back what it had retained.
        if token and await self._standing.take(token):
            # Once subscribed it asks: what was refused for want of a key, or was sent before, comes with the answer.
            self._link.listen_to(subscriptions(self._topics, self._standing.membership))
            self._presence_wanted.set()

    async def _take_sync_reply(self, token: bytes) -> None:
        reply = open_sync_reply(token, self._standing.keys, self._topics.town)
        question = self._syncing.answer(reply)
        if question is None:
            return
        self._time.heard(reply.sent)
        if question.is_fresh:
            self._time.answered(reply.sent, question.waited)
        await self._judge_what_waits()
        for alert_token in reply.alerts:
            await self._take_alert(alert_token.encode())
        recorded = set(reply.recorded)
        known = [
            item
            for item in question.held
            if Recorded(alert=item.report.alert, revision=item.report.revision) in recorded
        ]
        await self._committer.commit(self._inbox.mark_recorded, known)
        if reply.requests:
            await self._consultation.answered(reply.requests, question.count)
        if reply.alerts:
            # There may be more than fits into one answer.
            self._syncing.ask()
        elif not self._time.is_known or await asyncio.to_thread(self._inbox.has_unrecorded):
            # An answer that was long on its way has not told the time, and until it is known nothing is said.
            self._syncing.ask_later()

    async def _judge_what_waits(self) -> None:
        """Take or refuse what came while the time was not known."""
        if not self._time.is_known:
            return
        for alert in await asyncio.to_thread(self._inbox.unjudged):
            now = self._time.now()
            against = expired(alert, now)
            # The centre's answer and the device's own clock may tell the time in the same moment.
            if await self._committer.commit(self._inbox.judge, alert, against, now) and against is None:
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
            async with self._syncing.telling:
                await self._report_untold()

    async def _report_untold(self) -> None:
        held = await asyncio.to_thread(self._inbox.untold)
        if not held or not self._link.is_connected:
            return
        topic = self._topics.delivery(self._terminal)
        try:
            await asyncio.gather(*(self._link.publish(topic, encode(item.report)) for item in held))
        except LinkError as error:
            # What happened stays in the inbox; the next connection reports and syncs it.
            log.warning("report not sent", extra={"reason": str(error)})
            return
        await self._committer.commit(self._inbox.mark_told, held)
        # The broker has them; whether the ledger has them only the centre can say.
        self._syncing.ask_later()
        self._report_wanted.set()

    async def _send_requests(self) -> None:
        while True:
            request = await self._requests.get()
            if not self._link.is_connected:
                # The next connection's sync says it.
                continue
            try:
                await self._link.publish(self._topics.request(self._terminal), encode(request))
            except LinkError as error:
                # Never tried again: a broker whose rights are of an earlier version ends the connection of who
                # publishes what it does not know. The sync, which it knows, carries it too.
                log.warning("request not sent", extra={"reason": str(error)})
            self._syncing.ask()

    async def _send_presence(self) -> None:
        while True:
            if self._link.is_connected:
                topic = self._topics.presence(self._terminal)
                try:
                    await self._link.publish(topic, encode(self._presence()), retain=True)
                except LinkError as error:
                    log.warning("presence not sent", extra={"reason": str(error)})
            if await is_set_within(self._presence_wanted, PRESENCE_SECONDS):
                self._presence_wanted.clear()
