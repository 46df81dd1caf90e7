"""What the household sees: a value derived from the agenda, for the screen to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kokuchi.voice.cues import Phrase, PhraseSource
from kokuchi.voice.languages import Language
from kokuchi.voice.second_language import rendering_of
from kokuchi.wire import Alert, Furigana, Level
from kokuchi.wire.fields import JsonObject, iso
from terminal_client import agenda
from terminal_client.ruby import sentences_with_ruby

RECENT_CARDS = 6
"""How many alerts the screen at rest shows; the page of past alerts has them all."""


class Trouble(StrEnum):
    """What is wrong with the terminal; the words for it are the page's."""

    NO_CONNECTION = "no_connection"
    NO_SOUND = "no_sound"
    NO_STORAGE = "no_storage"
    NO_CLOCK = "no_clock"


class Lamp(StrEnum):
    """What the lamp says, on the screen and on a GPIO pin: nothing is new, something is unheard, an emergency is."""

    OFF = "off"
    ON = "on"
    BLINKING = "blinking"


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
    expired: bool = False
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
            "expired": self.expired,
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
    """The whole screen: one alert that fills it, or none and then the recent ones as cards.

    `waiting` is how many will fill it after the one that does, spoken or not, since nobody has confirmed them;
    `unheard` is how many nobody has confirmed of all that the terminal holds.
    """

    current: Card | None = None
    waiting: int = 0
    recent: Sequence[Card] = ()
    troubles: Sequence[Trouble] = ()
    lamp: Lamp = Lamp.OFF
    unheard: int = 0

    def to_json(self) -> JsonObject:
        """Return what the page draws."""
        return {
            "current": self.current.to_json() if self.current else None,
            "waiting": self.waiting,
            "recent": [card.to_json() for card in self.recent],
            "troubles": [trouble.value for trouble in self.troubles],
            "lamp": self.lamp.value,
            "unheard": self.unheard,
        }


def view_of(
    state: agenda.State, now: datetime, troubles: Sequence[Trouble], phrase: Phrase | None, language: Language | None
) -> View:
    """Return what the household sees while this phrase, if any, is being said."""
    focus = agenda.focus(state, now)
    current = card_of(focus, state.has_expired(focus, now), language) if focus else None
    if current is not None and current.speaking and phrase is not None:
        current = replace(current, source=phrase.source, sentence=phrase.sentence)
    return View(
        current=current,
        waiting=agenda.others(state, now),
        recent=cards_of(state, now, RECENT_CARDS, language),
        troubles=tuple(troubles),
        lamp=lamp_of(state),
        unheard=len(agenda.unconfirmed(state)),
    )


def cards_of(state: agenda.State, now: datetime, limit: int, language: Language | None) -> tuple[Card, ...]:
    """Return the newest revision of the newest alerts, the newest first."""
    return tuple(card_of(item, state.has_expired(item, now), language) for item in agenda.recent(state, limit))


def card_of(item: agenda.Item, expired: bool, language: Language | None) -> Card:
    """Return an alert as the screen shows it."""
    return Card(
        item.alert,
        speaking=item.voicing is agenda.Voicing.SPEAKING,
        confirmed=item.confirmed,
        withdrawn=item.alert.is_cancel,
        expired=expired,
        second_language=language,
    )


def lamp_of(state: agenda.State) -> Lamp:
    """Return what the lamp says: of all alerts that nobody has confirmed."""
    levels = [item.alert.level for item in agenda.unconfirmed(state)]
    if Level.EMERGENCY in levels:
        return Lamp.BLINKING
    return Lamp.ON if levels else Lamp.OFF
