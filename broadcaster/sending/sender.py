"""Sends what was written, or keeps it until it may be sent: the one way out for pages and programs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcaster.domain.draft import DraftError, Problem
from broadcaster.domain.policy import Need, need
from broadcaster.domain.roles import Act, may
from broadcaster.domain.texts import said
from broadcaster.domain.timing import NOW, Timing, check_timing, next_after
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import AlertExists
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import Filing, State, StoredSubmission
from broadcaster.sending.composing import Composer, Kana
from broadcaster.sending.series import Series
from broadcaster.sending.voice import VoicePreview
from kokuchi.storage import FAILED
from kokuchi.wire import Alert, Level

OUT_SECONDS = 1.0
"""A message to 20,000 terminals has left the broker after a fifth of that."""

OUT_LOOK_SECONDS = 0.03
"""How long after the click it is first looked whether it has; a look before would be in its way."""


@dataclass(frozen=True)
class Submission:
    """What somebody wants to be sent.

    `identifier` was given by `new_identifier` when it was begun to be written; `version` is the one of the stored draft
    that was seen, 0 without one. With a `reason` an emergency goes out now without the second person that it needs.
    """

    identifier: str
    written: Written
    version: int = 0
    timing: Timing = NOW
    reason: str = ""


class Submitted(StrEnum):
    """What has become of a submission."""

    SENT = "sent"
    SCHEDULED = "scheduled"
    WAITING = "waiting"


class MayNotApprove(Exception):  # noqa: N818 - reads as what it says
    """Somebody who may not approve, or not of what they have submitted themselves."""


class Sending:
    """Takes submissions and what others decide about them.

    Every method that changes something raises DraftMoved if somebody else was faster, and what kokuchi.storage
    calls UNWRITABLE if the ledger cannot be written; then nothing has changed. The ledger and the voice stay the
    caller's to close; `clock` tells the time. `expect` is told, in any thread, what is about to be accepted.

    `series` changes the days of what is planned.
    """

    def __init__(
        self,
        ledger: Ledger,
        town: Town,
        voice: VoicePreview,
        clock: Callable[[], datetime],
        expect: Callable[[Alert], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._town = town
        self._clock = clock
        self._expect = expect
        self._composer = Composer(ledger, town, voice)
        self._preparing: set[asyncio.Task[None]] = set()
        self.series = Series(ledger, town.time_zone, clock)

    def need(self, written: Written) -> Need:
        """Return whether one person may send this."""
        return need(self._town.approval, written.category, level_of(written, self._town), drill=bool(written.drill))

    def needs_reason(self, alert: Alert) -> bool:
        """Return whether a correction of this needs a reason: it does not wait for the second person of the alert."""
        return need(self._town.approval, alert.category, alert.level, drill=alert.is_drill) is not Need.NOTHING

    def prepare(self, written: Written) -> None:
        """Let the voice read what somebody looks at once more, so that the click need not wait for it."""
        task = asyncio.create_task(self._prepare(written))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _prepare(self, written: Written) -> None:
        # A ledger that cannot be read is told of by the click.
        with suppress(*FAILED):
            await self._composer.kana(written)

    async def submit(self, submission: Submission, account: Account) -> Submitted:
        """Send an alert, plan it or ask for approval, once however often it is submitted.

        Raises DraftError if it cannot be sent as it is.
        """
        submitted = await asyncio.to_thread(self.submit_known, submission, account)
        if submitted is None:
            kana = await self._composer.kana(submission.written)
            submitted = await asyncio.to_thread(self._submit, submission, kana, account)
        return submitted

    def submit_known(self, submission: Submission, account: Account) -> Submitted | None:
        """Submit in this thread what needs no voice, or was read when somebody looked at it.

        Returns None, and has submitted nothing, if it was not read yet. Raises what `submit` does.
        """
        kana = self._composer.known(submission.written) if submission.timing.is_now else Kana()
        return None if kana is None else self._submit(submission, kana, account)

    async def wait_until_out(self) -> None:
        """Wait until the broker has everything that was sent, for a moment at most, and not for one that is away.

        The page that somebody gets next then says so; made at once, it would take a processor from the alert's way.
        """
        with suppress(TimeoutError, *FAILED):
            async with asyncio.timeout(OUT_SECONDS):
                seen = self._ledger.changes.count
                await asyncio.sleep(OUT_LOOK_SECONDS)
                while await asyncio.to_thread(self._is_going_out):
                    seen = await self._ledger.changes.wait(seen, OUT_SECONDS)

    def _is_going_out(self) -> bool:
        return self._ledger.broker.is_connected() and self._ledger.outbox.backlog().waiting > 0

    async def approve(self, identifier: str, version: int, account: Account) -> Submitted:
        """Let go out what somebody else has submitted: now, or at its time if that has not passed meanwhile.

        Raises MayNotApprove, and DraftError if no alert can be made of it any more.
        """
        waiting = await asyncio.to_thread(self._waiting, identifier, version)
        if not may(account.role, Act.APPROVE) or waiting.submitted_by == account.name:
            raise MayNotApprove(f"{account.name} may not approve of {identifier}")
        goes_now = self._goes_now(waiting)
        kana = await self._composer.kana(waiting.written) if goes_now else Kana()
        return await asyncio.to_thread(self._approve, waiting, kana, account, goes_now)

    async def send_back(self, identifier: str, version: int, note: str, account: Account) -> None:
        """Make what waits a draft again, with a note for its author.

        Raises MayNotApprove, and DraftError without a note.
        """
        if not may(account.role, Act.APPROVE):
            raise MayNotApprove(f"{account.name} may not send back {identifier}")
        note = said(note)
        if not note:
            raise DraftError([Problem("note", "何を直してほしいかを書いてください。", "is missing")])
        await asyncio.to_thread(
            self._ledger.submissions.send_back, identifier, version, note, account.name, self._clock()
        )

    async def recall(self, identifier: str, version: int, account: Account) -> None:
        """Make what waits or is planned a draft again."""
        await asyncio.to_thread(self._ledger.submissions.recall, identifier, version, account.name, self._clock())

    def _submit(self, submission: Submission, kana: Kana, account: Account) -> Submitted:
        try:
            return self._file(submission, kana, account)
        except DraftMoved:
            stands = self._ledger.submissions.get(submission.identifier)
            if stands is None or not _is_the_same(stands, submission, account):
                raise
            return _OUTCOMES[stands.state] if stands.timing.is_now else _LATER[stands.state]

    def _file(self, submission: Submission, kana: Kana, account: Account) -> Submitted:
        now = self._clock()
        written, timing, reason = submission.written, submission.timing, said(submission.reason)
        # What goes at once is composed once: a prefecture's roster is not read for nothing.
        outgoing = self._composer.outgoing(submission.identifier, written, kana, now) if timing.is_now else None
        if outgoing is None:
            self._composer.examine(submission.identifier, written, now)
        problems = check_timing(timing, now, self._town.time_zone)
        if problems:
            raise DraftError(problems)
        wanted = self.need(written)
        alone = wanted is Need.APPROVAL_OR_REASON and bool(reason) and timing.is_now
        filing = Filing(
            submission.identifier, submission.version, written, timing, account.name, now, reason if alone else ""
        )
        if wanted is not Need.NOTHING and not alone:
            self._ledger.submissions.ask(filing)
            return Submitted.WAITING
        next_at = next_after(timing, now, self._town.time_zone)
        if next_at is not None:
            self._ledger.submissions.plan(filing, next_at)
            return Submitted.SCHEDULED
        outgoing = outgoing or self._composer.outgoing(submission.identifier, written, kana, now)
        self._expect(outgoing.alert)
        try:
            self._ledger.submissions.send(filing, outgoing)
        except AlertExists as error:
            # It went out without a draft, which only another centre's or an older one's alert can.
            raise DraftMoved(None) from error
        return Submitted.SENT

    def _waiting(self, identifier: str, version: int) -> StoredSubmission:
        stands = self._ledger.submissions.get(identifier)
        if stands is None or stands.state is not State.WAITING or stands.version != version:
            raise DraftMoved(self._ledger.drafts.get(identifier))
        return stands

    def _goes_now(self, waiting: StoredSubmission) -> bool:
        timing = waiting.timing
        return timing.at is None or (not timing.is_repeated and timing.at <= self._clock())

    def _approve(self, waiting: StoredSubmission, kana: Kana, account: Account, goes_now: bool) -> Submitted:
        now = self._clock()
        if goes_now:
            outgoing = self._composer.outgoing(waiting.identifier, waiting.written, kana, now)
            self._expect(outgoing.alert)
            self._ledger.submissions.approve_and_send(waiting.identifier, waiting.version, account.name, now, outgoing)
            return Submitted.SENT
        self._composer.examine(waiting.identifier, waiting.written, now)
        next_at = next_after(waiting.timing, now, self._town.time_zone)
        if next_at is None:
            raise DraftError([Problem("until", "放送する日が、もうありません。差し戻してください。", "no day is left")])
        self._ledger.submissions.approve_and_plan(waiting.identifier, waiting.version, account.name, now, next_at)
        return Submitted.SCHEDULED


_OUTCOMES = {
    State.CLOSED: Submitted.SENT,
    State.PLANNED: Submitted.SCHEDULED,
    State.WAITING: Submitted.WAITING,
}
_LATER = {**_OUTCOMES, State.CLOSED: Submitted.SCHEDULED}


def level_of(written: Written, town: Town) -> Level:
    """Return the level that an alert of this would have."""
    if written.level in set(Level):
        return Level(written.level)
    category = town.category(written.category)
    return Level.of(category.severity) if category else Level.NOTICE


def _is_the_same(stands: StoredSubmission, submission: Submission, account: Account) -> bool:
    """Tell whether this very form was submitted before by the same person: sent twice, or after an answer was lost."""
    return (
        stands.state is not State.RETURNED
        and stands.submitted_by == account.name
        and stands.written == submission.written
        and stands.timing == submission.timing
        and stands.version > submission.version
    )
