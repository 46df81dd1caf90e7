"""Sends what is planned when its time comes, through restarts and full disks."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError

from broadcaster.domain.draft import DraftError
from broadcaster.domain.timing import LATEST, next_after, occurrence_identifier
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import StoredSubmission
from broadcaster.ledger.timetable import Outcome
from broadcaster.sending.composing import Composer, Kana
from broadcaster.sending.voice import VoicePreview
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 30.0
"""The clock of the machine may be set while one waits; so it is looked at at least this often."""

RETRY_SECONDS = 1.0


class PlannedSending:
    """Carries out the timetable. It keeps nothing in memory: what the ledger says is due, is due."""

    def __init__(self, ledger: Ledger, town: Town, voice: VoicePreview, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._town = town
        self._clock = clock
        self._composer = Composer(ledger, town, voice)

    async def run(self) -> None:
        """Send what is due until cancelled; as long as the ledger cannot be written, it is tried again and again."""
        is_writable = True
        while True:
            seen = self._ledger.changes.count
            try:
                await self.send_due()
                wait = await asyncio.to_thread(self._seconds_to_wait)
            except UNWRITABLE as error:
                if is_writable:
                    log.error("planned alerts wait for the disk", extra={"reason": str(error)})  # noqa: TRY400 - it may heal
                is_writable = False
                await asyncio.sleep(RETRY_SECONDS)
            else:
                is_writable = True
                await self._ledger.changes.wait_calmly(seen, wait)

    async def send_due(self) -> None:
        """Send what is due by now, and note what cannot be sent any more. Raises what stands in UNWRITABLE."""
        while due := await asyncio.to_thread(self._ledger.timetable.due, self._clock()):
            for submission in due:
                await self._take(submission)

    def _seconds_to_wait(self) -> float:
        moment = self._ledger.timetable.next_moment()
        if moment is None:
            return LONGEST_WAIT_SECONDS
        return min(max((moment - self._clock()).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)

    async def _take(self, due: StoredSubmission) -> None:
        kana = await self._composer.kana(due.written)
        await asyncio.to_thread(self._end, due, kana)

    def _end(self, due: StoredSubmission, kana: Kana) -> None:
        at, now = due.next_at, self._clock()
        if at is None:
            return
        timetable = self._ledger.timetable
        next_at = next_after(due.timing, at, self._town.time_zone)
        told = {"alert": due.identifier, "at": at.isoformat()}
        if now - at > LATEST:
            timetable.miss(due, now, next_at, Outcome.MISSED)
            log.warning("planned alert missed", extra=told)
            return
        identifier = occurrence_identifier(due.identifier, at) if due.timing.is_repeated else due.identifier
        try:
            outgoing = self._composer.outgoing(identifier, due.written, kana, now)
        except (DraftError, ValidationError) as error:
            # Whatever is wrong with one of them, the others and the centre go on.
            reason = _reason(error)
            timetable.miss(due, now, next_at, Outcome.IMPOSSIBLE, reason)
            log.warning("planned alert cannot be sent", extra={**told, "reason": type(error).__name__})
            return
        if timetable.keep(due, now, next_at, outgoing):
            log.info("planned alert sent", extra=told)


def _reason(error: DraftError | ValidationError) -> str:
    if isinstance(error, DraftError):
        return "".join(problem.japanese for problem in error.problems)
    return "お知らせの内容に、放送できないところがあります。"
