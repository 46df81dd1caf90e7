"""What the household sees: a value derived from the agenda, for the screen to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kokuchi.voice.cues import PhraseSource
from kokuchi.voice.languages import Language
from kokuchi.voice.second_language import rendering_of
from kokuchi.wire import Alert, Furigana
from kokuchi.wire.fields import JsonObject, iso
from terminal_client.ruby import sentences_with_ruby


class Trouble(StrEnum):
    """What is wrong with the terminal; the words for it are the page's."""

    NO_CONNECTION = "no_connection"
    NO_SOUND = "no_sound"
    NO_STORAGE = "no_storage"
    NO_CLOCK = "no_clock"


@dataclass(frozen=True)
class Card:
    """An alert as the screen needs it, in Japanese and in the household's second language if it has one.

    `source` and `sentence` are those of the phrase that is being spoken, for the page to mark it; None when silent.
    """

    alert: Alert
    speaking: bool = False
    source: PhraseSource | None = None
    sentence: int | None = None
    confirmed: bool = False
    withdrawn: bool = False
    second_language: Language | None = None

    def to_json(self) -> JsonObject:
        """Return what the page draws; the Japanese sentences are in parts, each with the kana above it or null."""
        alert = self.alert
        furigana = alert.furigana or Furigana()
        return {
            "alert": alert.identifier,
            "revision": alert.revision,
            "event": alert.event,
            "category": alert.category,
            "level": alert.level.value,
            "drill": alert.is_drill,
            "type": alert.message_type.value,
            "sender": alert.sender_name,
            "sent": iso(alert.sent),
            "headline": alert.headline,
            "headline_sentences": sentences_with_ruby(alert.headline, furigana.headline),
            "body_sentences": sentences_with_ruby(alert.body, furigana.body),
            "contact": alert.contact.model_dump() if alert.contact else None,
            "speaking": self.speaking,
            "source": self.source,
            "sentence": self.sentence,
            "confirmed": self.confirmed,
            "withdrawn": self.withdrawn,
            "second": self._second(),
        }

    def _second(self) -> JsonObject | None:
        if self.second_language is None:
            return None
        rendering = rendering_of(self.alert, self.second_language)
        return {
            "language": self.second_language.code,
            "headline_sentences": list(rendering.headline),
            "body_sentences": list(rendering.body),
        }


@dataclass(frozen=True)
class View:
    """The whole screen: one alert that fills it, or none and then the recent ones as cards."""

    current: Card | None = None
    waiting: int = 0
    recent: Sequence[Card] = ()
    troubles: Sequence[Trouble] = ()

    def to_json(self) -> JsonObject:
        """Return what the page draws."""
        return {
            "current": self.current.to_json() if self.current else None,
            "waiting": self.waiting,
            "recent": [card.to_json() for card in self.recent],
            "troubles": [trouble.value for trouble in self.troubles],
        }
