"""What the terminal does next: (state, event, now) → (state, actions). Pure; design.md, "Levels", is its source.

The text of an alert is on the screen before its sound starts, one alert speaks at a time, an emergency interrupts
anything lower, which resumes afterwards where it was cut, and what was withdrawn, corrected or has expired is never
said. An emergency is said again until somebody confirms it; at night nothing else begins by itself; several that were
missed are told in one sentence; and notices of a kind that the household does not want spoken are shown alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from terminal_client.agenda.digests import GATHERING, HELD_ONE_BY_ONE, MISSED_AFTER, judge, not_told, told
from terminal_client.agenda.happenings import happen
from terminal_client.agenda.retries import FIRST_RETRY, LAST_RETRY, LATER_REPEAT, OFTEN, REPEAT
from terminal_client.agenda.revisions import arrive, restore
from terminal_client.agenda.showing import focus, others, recent, unconfirmed
from terminal_client.agenda.silences import withhold
from terminal_client.agenda.state import Item, State, Step, Voicing
from terminal_client.agenda.turns import DISPLAY_WAIT, advance, deadline, expire, sample
from terminal_client.events import (
    Arrived,
    AsideEnded,
    AsideFailed,
    Digest,
    Event,
    MannersChanged,
    Restored,
    SampleAsked,
    TimeKnown,
    TimePassed,
)

__all__ = [
    "DISPLAY_WAIT",
    "FIRST_RETRY",
    "GATHERING",
    "HELD_ONE_BY_ONE",
    "KEPT",
    "LAST_RETRY",
    "LATER_REPEAT",
    "MISSED_AFTER",
    "OFTEN",
    "REPEAT",
    "Item",
    "State",
    "Step",
    "Voicing",
    "deadline",
    "focus",
    "others",
    "recent",
    "step",
    "unconfirmed",
]

KEPT = 60
"""How many alerts the agenda remembers for the screen; the inbox keeps its own."""


def step(state: State, event: Event, now: datetime) -> Step:
    """Return the state after an event, and what is to be done, in order."""
    state, actions = _take(state, event, now)
    state, expired = expire(judge(state, now), now)
    state, withheld = withhold(state, now)
    state, started = advance(state, now)
    # Last: whatever waits goes before it.
    state, sampled = sample(state) if isinstance(event, SampleAsked) else (state, [])
    return _forget(state, now), [*actions, *expired, *withheld, *started, *sampled]


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
        case AsideEnded() | AsideFailed():
            return _end_aside(state, event, now) if event.aside == state.aside else (state, [])
        case TimePassed() | SampleAsked():
            return state, []
        case _:
            item = state.items.get(event.key)
            return happen(state, item, event, now) if item else (state, [])


def _end_aside(state: State, event: AsideEnded | AsideFailed, now: datetime) -> Step:
    match event:
        case AsideEnded(Digest() as digest):
            return told(state, digest)
        case AsideFailed(Digest() as digest, reason):
            return not_told(state, digest, reason, now)
        case _:
            return replace(state, aside=None), []


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
