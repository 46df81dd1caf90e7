"""From what was written to an alert that can be accepted at once: with its kana, its topics and its recipients."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audience import addressees
from broadcaster.domain.draft import compose, contact_of
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import Outgoing
from broadcaster.sending.readings import furigana_or_none, reading_or_none
from broadcaster.sending.voice import VoicePreview
from kokuchi.wire import Contact, Furigana, Reading, Topics

_REMEMBERED = 50
"""So many texts that somebody has looked at once more are sent without asking the voice again."""

_Texts = tuple[str, str, Contact]


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
        self._read: OrderedDict[_Texts, tuple[int, Kana]] = OrderedDict()

    async def kana(self, written: Written) -> Kana:
        """Ask the voice how a text is read, for some seconds at most."""
        headline, body, contact = texts = self._texts(written)
        # Before it is read: by a dictionary that comes between the two, it is read once more.
        dictionary = await asyncio.to_thread(self._ledger.dictionary.revision)
        reading = reading_or_none(self._voice, headline, body, contact)
        # Together: each of these asks in a thread by which dictionary it is read.
        kana = Kana(*await asyncio.gather(reading, furigana_or_none(self._voice, headline, body)))
        if kana.reading and kana.furigana:
            self._read[texts] = dictionary, kana
            while len(self._read) > _REMEMBERED:
                self._read.popitem(last=False)
        return kana

    def known(self, written: Written) -> Kana | None:
        """Return how the voice has read this very text by the dictionary that stands, None if it lately has not."""
        dictionary, kana = self._read.get(self._texts(written), (0, None))
        return kana if dictionary == self._ledger.dictionary.revision() else None

    def _texts(self, written: Written) -> _Texts:
        category = self._town.category(written.category)
        contact = contact_of(category, self._town) if category else self._town.desk
        return written.headline.strip(), written.body.strip(), contact

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
        return Outgoing(alert, Topics(self._town.id).of_audience(alert.audience), addressees(alert.audience, roster))
