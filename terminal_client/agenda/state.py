"""What the terminal has in mind: its alerts, and where each stands with the voice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from kokuchi.wire import Alert, Level, Silence
from terminal_client.events import Action, Aside, Digest
from terminal_client.household import Key
from terminal_client.manners import Manners


class Voicing(StrEnum):
    """Where an alert stands with the voice."""

    WAITING = "waiting"
    DUE = "due"
    SPEAKING = "speaking"
    FINISHED = "finished"


Urgency = tuple[int, bool, bool, int]
"""Smaller goes first."""


@dataclass(frozen=True)
class Item:
    """An alert with what became of it here.

    `was_cut` tells that a more urgent one has interrupted it mid-speech, `was_missed` that it had been sent long before
    it could be said (None: not judged yet), `repeat_at` when it is said again by itself.
    """

    alert: Alert
    arrival: int
    voicing: Voicing = Voicing.WAITING
    due_since: datetime | None = None
    was_cut: bool = False
    was_missed: bool | None = None
    failures: int = 0
    not_before: datetime | None = None
    repeat_at: datetime | None = None
    asked: bool = False
    displayed: bool = False
    heard: bool = False
    voiced_at: datetime | None = None
    confirmed: bool = False
    superseded: bool = False
    silent: bool = False
    silence: Silence | None = None

    @property
    def key(self) -> Key:
        """Which revision it is."""
        return Key(self.alert.identifier, self.alert.revision)

    @property
    def is_emergency(self) -> bool:
        """Whether it interrupts what is not, and is said at night too."""
        return self.alert.level is Level.EMERGENCY

    @property
    def is_repeat(self) -> bool:
        """Whether it was said by itself or on request before, and nobody asks for it now."""
        return self.voiced_at is not None and not self.asked

    @property
    def is_open(self) -> bool:
        """Whether somebody should see it, and nobody has confirmed it."""
        return not (self.confirmed or self.superseded or self.silent)

    @property
    def urgency(self) -> Urgency:
        """By level, then what the household asked for, then what was not said yet, then in the order of arrival."""
        return (self.alert.level.rank, not self.asked, self.is_repeat, self.arrival)


@dataclass(frozen=True)
class State:
    """Everything that the terminal has in mind.

    `aside` is what is being said if it is not one alert; until `gathering_until` it waits for more missed alerts.
    Nothing waits for a screen, or for a voice, that the terminal does not have.
    """

    items: Mapping[Key, Item] = field(default_factory=dict)
    arrivals: int = 0
    time_is_known: bool = True
    has_screen: bool = True
    has_voice: bool = True
    manners: Manners = field(default_factory=Manners)
    aside: Aside | None = None
    gathering_until: datetime | None = None

    def having(self, *items: Item) -> "State":
        """Return the state with these items in place of theirs."""
        return replace(self, items={**self.items, **{item.key: item for item in items}})

    def has_expired(self, item: Item, now: datetime) -> bool:
        """Tell whether an alert is over, as far as the time is known."""
        return self.time_is_known and item.alert.expires <= now

    def is_cut(self, key: Key) -> bool:
        """Tell whether it is to resume where it was cut."""
        item = self.items.get(key)
        return item is not None and item.was_cut and item.voicing in (Voicing.WAITING, Voicing.DUE)

    def in_voicing(self, *voicings: Voicing) -> list[Item]:
        """Return the items that stand there, the most urgent first."""
        return sorted((item for item in self.items.values() if item.voicing in voicings), key=lambda item: item.urgency)

    @property
    def being_told(self) -> tuple[Key, ...]:
        """Of which alerts a digest tells at this moment."""
        return self.aside.keys if isinstance(self.aside, Digest) else ()

    @property
    def busy(self) -> Item | None:
        """The alert that has the turn to speak."""
        return next(iter(self.in_voicing(Voicing.SPEAKING, Voicing.DUE)), None)


Step = tuple[State, list[Action]]


def was_told(state: State, alert: Alert) -> bool:
    """Tell whether somebody here may know an earlier revision: from the voice, or from the screen where that is all.

    Who cannot hear, whose speaker fails, and who does not want its kind spoken has read it, and need not have said so.
    """
    return was_heard(state, alert) or any(
        item.displayed and (not state.has_voice or item.failures > 0 or item.silence is Silence.DECLINED)
        for item in state.items.values()
        if item.alert.identifier == alert.identifier and item.alert.revision < alert.revision
    )


def was_heard(state: State, alert: Alert) -> bool:
    """Tell whether somebody here heard or read an earlier revision, or was told of it with others."""
    return any(
        (item.heard or item.confirmed or item.silence is Silence.SUMMARISED)
        for item in state.items.values()
        if item.alert.identifier == alert.identifier and item.alert.revision < alert.revision
    )
