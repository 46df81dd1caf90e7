"""From what was written to an alert that can be accepted at once: with its kana, its topics and its recipients."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import compose, contact_of
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import Outgoing
from broadcaster.sending.readings import furigana_or_none, reading_or_none
from broadcaster.sending.voice import VoicePreview
from kokuchi.wire import AudienceKind, Furigana, Reading, Topics


@dataclass(frozen=True)
class Kana:
    """How a text is read, as far as the voice could tell in time."""

    reading: Reading | None = None
    furigana: Furigana | None = None


class Composer:
    """Makes alerts for the town as its roster is at that moment."""

    def __init__(self, ledger: Ledger, town: Town, voice: VoicePreview) -> None:
        self._ledger = ledger
        self._town = town
        self._voice = voice

    async def kana(self, written: Written) -> Kana:
        """Ask the voice how a text is read, for some seconds at most."""
        category = self._town.category(written.category)
        contact = contact_of(category, self._town) if category else self._town.desk
        headline, body = written.headline.strip(), written.body.strip()
        reading = reading_or_none(self._voice, headline, body, contact)
        # Together: each of these asks in a thread by which dictionary it is read, and whoever has clicked waits for it.
        return Kana(*await asyncio.gather(reading, furigana_or_none(self._voice, headline, body)))

    def examine(self, identifier: str, written: Written, now: datetime) -> None:
        """Raise DraftError if no alert can be made of it now."""
        compose(written.draft(self._town), self._town, self._ledger.terminals.everybody(), now, identifier=identifier)

    def outgoing(self, identifier: str, written: Written, kana: Kana, now: datetime) -> Outgoing:
        """Return the alert that is sent `now`, from when it is valid. Raises DraftError."""
        roster = self._ledger.terminals.everybody()
        alert = compose(
            written.draft(self._town),
            self._town,
            roster,
            now,
            identifier=identifier,
            reading=kana.reading,
            furigana=kana.furigana,
        )
        topics = Topics(self._town.id).of_audience(alert.audience)
        if alert.audience.kind is AudienceKind.ALL:
            return Outgoing(alert, topics, None)
        return Outgoing(alert, topics, [terminal.id for terminal in recipients(alert.audience, roster)])
