"""Sends what was written, or keeps it until it may be sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import compose, contact_of
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import AlertExists
from broadcaster.sending.readings import furigana_or_none, reading_or_none
from broadcaster.sending.voice import VoicePreview
from kokuchi.wire import Furigana, Reading, Topics


@dataclass(frozen=True)
class Submission:
    """What somebody wants to be sent; `identifier` was given by `new_identifier` when it was begun to be written."""

    identifier: str
    written: Written


class Submitted(StrEnum):
    """What has become of a submission."""

    SENT = "sent"


class Sending:
    """Takes submissions. The ledger and the voice stay the caller's to close; `clock` tells the time."""

    def __init__(self, ledger: Ledger, town: Town, voice: VoicePreview, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._town = town
        self._voice = voice
        self._clock = clock

    async def submit(self, submission: Submission, account: Account) -> Submitted:
        """Send an alert, once however often it is submitted.

        Raises DraftError if it cannot be sent as it is, sqlite3.OperationalError if the ledger cannot be written.
        """
        written = submission.written
        category = self._town.category(written.category)
        contact = contact_of(category, self._town) if category else self._town.desk
        headline, body = written.headline.strip(), written.body.strip()
        reading = await reading_or_none(self._voice, headline, body, contact)
        furigana = await furigana_or_none(self._voice, headline, body)
        await asyncio.to_thread(self._accept, submission, reading, furigana, account)
        return Submitted.SENT

    def _accept(
        self, submission: Submission, reading: Reading | None, furigana: Furigana | None, account: Account
    ) -> None:
        roster = self._ledger.terminals.all()
        alert = compose(
            submission.written.draft(self._town),
            self._town,
            roster,
            self._clock(),
            identifier=submission.identifier,
            reading=reading,
            furigana=furigana,
        )
        topics = Topics(self._town.id).of_audience(alert.audience)
        reached = [terminal.id for terminal in recipients(alert.audience, roster)]
        try:
            self._ledger.alerts.accept(alert, topics, reached, account.name)
        except AlertExists:
            # It was submitted twice; the alert is there.
            return
