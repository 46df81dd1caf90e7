"""What the terminal does next: (state, event, now) → (state, actions). Pure; design.md, "Levels", is its source.

The text of an alert is on the screen before its sound starts, one alert speaks at a time, an emergency interrupts
anything lower, which resumes afterwards where it was cut, and what was withdrawn, corrected or has expired is never
said.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from terminal_client.agenda.happenings import FIRST_RETRY, LAST_RETRY, happen
from terminal_client.agenda.revisions import arrive, restore
from terminal_client.agenda.state import Item, State, Step, Voicing, focus, recent, unconfirmed
from terminal_client.agenda.turns import DISPLAY_WAIT, advance, deadline, expire
from terminal_client.events import Arrived, Event, MannersChanged, Restored, TimeKnown, TimePassed

__all__ = [
    "DISPLAY_WAIT",
    "FIRST_RETRY",
    "KEPT",
    "LAST_RETRY",
    "Item",
    "State",
    "Step",
    "Voicing",
    "deadline",
    "focus",
    "recent",
    "step",
    "unconfirmed",
]

KEPT = 60
"""How many alerts the agenda remembers for the screen; the inbox keeps its own."""


def step(state: State, event: Event, now: datetime) -> Step:
    """Return the state after an event, and what is to be done, in order."""
    state, actions = _take(state, event, now)
    state, expired = expire(state, now)
    state, started = advance(state, now)
    return _forget(state, now), [*actions, *expired, *started]


def _take(state: State, event: Event, now: datetime) -> Step:
    match event:
        case Arrived(alert):
            return arrive(state, alert)
        case Restored(alert, report):
            return restore(state, alert, report)
        case TimeKnown():
            return replace(state, time_is_known=True), []
        case MannersChanged(manners):
            return replace(state, manners=manners), []
        case TimePassed():
            return state, []
        case _:
            item = state.items.get(event.key)
            return happen(state, item, event, now) if item else (state, [])


def _forget(state: State, now: datetime) -> State:
    if len(state.items) <= KEPT:
        return state
    forgettable: Iterable[Item] = (
        item for item in state.items.values() if item.voicing is Voicing.FINISHED and item.alert.expires <= now
    )
    # What was corrected or withdrawn goes first: the household looks for the newest revision of each alert.
    surplus = sorted(forgettable, key=lambda item: (not item.superseded, item.arrival))[: len(state.items) - KEPT]
    gone = {item.key for item in surplus}
    return replace(state, items={key: item for key, item in state.items.items() if key not in gone})
