"""What the terminal has in mind: its alerts, and where each stands with the voice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from kokuchi.wire import Alert
from terminal_client.events import Action
from terminal_client.household import Key
from terminal_client.manners import Manners


class Voicing(StrEnum):
    """Where an alert stands with the voice."""

    WAITING = "waiting"
    DUE = "due"
    SPEAKING = "speaking"
    FINISHED = "finished"


@dataclass(frozen=True)
class Item:
    """An alert with what became of it here. `was_cut` tells that a more urgent one has interrupted it mid-speech."""

    alert: Alert
    arrival: int
    voicing: Voicing = Voicing.WAITING
    due_since: datetime | None = None
    was_cut: bool = False
    failures: int = 0
    not_before: datetime | None = None
    asked: bool = False
    displayed: bool = False
    heard: bool = False
    confirmed: bool = False
    superseded: bool = False
    silent: bool = False

    @property
    def key(self) -> Key:
        """Which revision it is."""
        return Key(self.alert.identifier, self.alert.revision)

    @property
    def urgency(self) -> tuple[int, bool, int]:
        """Smaller goes first: by level, then what the household asked for, then in the order of arrival."""
        return (self.alert.level.rank, not self.asked, self.arrival)


@dataclass(frozen=True)
class State:
    """Everything that the terminal has in mind. Nothing waits for a screen, or for a voice, that it does not have."""

    items: Mapping[Key, Item] = field(default_factory=dict)
    arrivals: int = 0
    time_is_known: bool = True
    has_screen: bool = True
    has_voice: bool = True
    manners: Manners = field(default_factory=Manners)

    def having(self, *items: Item) -> "State":
        """Return the state with these items in place of theirs."""
        return replace(self, items={**self.items, **{item.key: item for item in items}})

    def is_cut(self, key: Key) -> bool:
        """Tell whether it is to resume where it was cut."""
        item = self.items.get(key)
        return item is not None and item.was_cut and item.voicing in (Voicing.WAITING, Voicing.DUE)

    def in_voicing(self, voicing: Voicing) -> list[Item]:
        """Return the items that stand there, the most urgent first."""
        return sorted((item for item in self.items.values() if item.voicing is voicing), key=lambda item: item.urgency)


Step = tuple[State, list[Action]]


def was_heard(state: State, alert: Alert) -> bool:
    """Tell whether somebody here heard, or read and confirmed, an earlier revision."""
    return any(
        (item.heard or item.confirmed)
        for item in state.items.values()
        if item.alert.identifier == alert.identifier and item.alert.revision < alert.revision
    )


def focus(state: State, now: datetime) -> Item | None:
    """Return the alert that fills the screen: the one being said, else the most urgent that nobody has confirmed."""
    speaking = [*state.in_voicing(Voicing.SPEAKING), *state.in_voicing(Voicing.DUE)]
    if speaking:
        return speaking[0]
    open_items = [
        item
        for item in state.items.values()
        if not (item.confirmed or item.superseded or item.silent) and state.time_is_known and item.alert.expires > now
    ]
    return min(open_items, key=lambda item: (item.alert.level.rank, -item.arrival), default=None)


def unconfirmed(state: State) -> list[Item]:
    """Return the newest revision of each alert that somebody should see and nobody has confirmed."""
    return [item for item in state.items.values() if not (item.confirmed or item.superseded or item.silent)]


def recent(state: State, limit: int) -> list[Item]:
    """Return the newest revision of each alert, the newest first."""
    current = [item for item in state.items.values() if not item.superseded]
    return sorted(current, key=lambda item: item.alert.sent, reverse=True)[:limit]
