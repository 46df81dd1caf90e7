"""The running centre's watch: a sign of life, what begins and ends, and the mails about it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import make_msgid

from broadcaster.domain.incident import Kind
from broadcaster.domain.telling import digest, news
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.monitoring.letters import body_of, message_of, subject_of
from broadcaster.monitoring.overseer import Overseer
from broadcaster.monitoring.settings import MailSettings
from broadcaster.monitoring.smtp import MailRefused, deliver

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
REST_SECONDS = 2.0
"""However much happens, the watch looks no more often, and this long after it: what was clicked goes out first."""
CHECK_EVERY = timedelta(days=1)


class Watch:
    """Looks at what is wrong as long as the centre runs."""

    def __init__(
        self,
        ledger: Ledger,
        town: Town,
        overseer: Overseer,
        mail: MailSettings | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._town = town
        self._overseer = overseer
        self._mail = mail
        self._clock = clock
        self._beat_at: datetime | None = None
        self._fault = ""

    async def run(self) -> None:
        """Watch until cancelled; mails go out beside it, so that a slow server holds nothing up."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._always(self.look), name="watch")
            if settings := self._mail:
                group.create_task(self._always(lambda: self.post(settings)), name="post")
            else:
                await self._in_thread(self._ledger.mails.forget_waiting)

    async def _always(self, work: Callable[[], None]) -> None:
        """Work again and again, soon after the ledger has changed and at each beat."""
        while True:
            await self._in_thread(work)
            # What the work itself has written is no reason; what others write meanwhile is seen at the next beat.
            await self._ledger.changes.wait(self._ledger.changes.count, BEAT_SECONDS - REST_SECONDS)
            await asyncio.sleep(REST_SECONDS)

    def look(self) -> None:
        """Give a sign of life, and note what has begun and ended."""
        now = self._clock()
        if self._beat_at is None or now - self._beat_at >= timedelta(seconds=BEAT_SECONDS):
            self._ledger.heartbeat.beat(now)
            self._beat_at = now
            self._check_database(now)
        assessment = self._overseer.look()
        before = {one.incident.identity for one in self._ledger.incidents.standing()}
        if self._ledger.incidents.keep(assessment.incidents, now):
            self._log_changes(before)

    def post(self, settings: MailSettings) -> None:
        """Write the mail that is due, and try to send what waits."""
        now = self._clock()
        # One that waits tells already that something is wrong; a mail server that is back is not flooded.
        if self._ledger.mails.oldest_waiting() is None:
            self._write_mail(settings, now)
        for mail in self._ledger.mails.due(now):
            failure = None
            try:
                unwanted = deliver(message_of(mail, settings), settings)
                log.info("mail sent", extra={"mail": mail.row, "unwanted": len(unwanted)})
            except MailRefused as error:
                failure = str(error)
                log.warning("mail not sent", extra={"mail": mail.row, "reason": failure})
            self._ledger.mails.settle(mail, failure, self._clock())

    def _write_mail(self, settings: MailSettings, now: datetime) -> None:
        after = timedelta(minutes=settings.after_minutes)
        episodes, told = self._ledger.incidents.to_be_told(), self._ledger.mails.told()
        telling = news(episodes, told, after, now) or digest(
            episodes, told, after, settings.daily_at, self._town.time_zone, now
        )
        if telling:
            identifier = make_msgid(domain=settings.sender.partition("@")[2])
            subject, body = subject_of(telling, self._town), body_of(telling, self._town)
            self._ledger.mails.write(identifier, subject, body, telling, now)

    def _check_database(self, now: datetime) -> None:
        last = self._ledger.heartbeat.last()
        if last and (last.checked_at is None or now - last.checked_at >= CHECK_EVERY):
            self._ledger.heartbeat.check_database(now)

    def _log_changes(self, before: set[tuple[Kind, str]]) -> None:
        standing = {one.incident.identity: one.incident for one in self._ledger.incidents.standing()}
        for identity in standing.keys() - before:
            incident = standing[identity]
            log.warning(
                "incident begins",
                extra={
                    "kind": incident.kind.value,
                    "key": incident.key,
                    "urgency": incident.urgency.value,
                    "terminals": len(incident.terminals),
                },
            )
        for kind, key in before - standing.keys():
            log.info("incident ends", extra={"kind": kind.value, "key": key})

    async def _in_thread(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except Exception as error:
            # Whoever watches must not stop what is watched. What could not be noted is noted when the disk is well.
            if str(error) != self._fault:
                log.exception("the watch cannot do its work")
            self._fault = str(error)
        else:
            self._fault = ""
