"""What the terminal does next: (state, event, now) → (state, actions). Pure; design.md, "Levels", is its source.

The text of an alert is on the screen before its sound starts, one alert speaks at a time, an emergency interrupts
anything lower, which is said again afterwards, and what was withdrawn, corrected or has expired is never said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kokuchi.wire import Alert, DeliveryReport, Level, Outcome
from terminal_client.events import (
    Action,
    Arrived,
    Confirmed,
    Displayed,
    Ended,
    Event,
    Reached,
    ReplayAsked,
    Restored,
    Speak,
    StopSpeaking,
    TimeKnown,
    TimePassed,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from terminal_client.household import Key

DISPLAY_WAIT = timedelta(seconds=1)
"""How long the sound waits for the screen to say that it shows the text. A broken screen must not silence the voice."""

FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=10)
"""A sound device that vanished is tried again after this time, then after twice as long each time."""

KEPT = 60
"""How many alerts the agenda remembers for the screen; the inbox keeps its own."""


class Voicing(StrEnum):
    """Where an alert stands with the voice."""

    WAITING = "waiting"
    DUE = "due"
    SPEAKING = "speaking"
    FINISHED = "finished"


@dataclass(frozen=True)
class Item:
    """An alert with what became of it here."""

    alert: Alert
    arrival: int
    voicing: Voicing = Voicing.WAITING
    due_since: datetime | None = None
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
    """Everything that the terminal has in mind."""

    items: Mapping[Key, Item] = field(default_factory=dict)
    arrivals: int = 0
    time_is_known: bool = True

    def having(self, *items: Item) -> "State":
        """Return the state with these items in place of theirs."""
        return replace(self, items={**self.items, **{item.key: item for item in items}})

    def in_voicing(self, voicing: Voicing) -> list[Item]:
        """Return the items that stand there, the most urgent first."""
        return sorted((item for item in self.items.values() if item.voicing is voicing), key=lambda item: item.urgency)


Step = tuple[State, list[Action]]


def step(state: State, event: Event, now: datetime) -> Step:
    """Return the state after an event, and what is to be done, in order."""
    state, actions = _take(state, event, now)
    state, expired = _expire(state, now)
    state, started = _advance(state, now)
    return _forget(state, now), [*actions, *expired, *started]


def deadline(state: State) -> datetime | None:
    """Return when `TimePassed` is due at the latest, if at all."""
    moments = [item.due_since + DISPLAY_WAIT for item in state.in_voicing(Voicing.DUE) if item.due_since]
    # Until the time is known nothing that waits becomes due, however late it seems to be.
    for item in state.in_voicing(Voicing.WAITING) if state.time_is_known else []:
        moments += [item.not_before] if item.not_before else []
        moments += [] if item.asked else [item.alert.expires]
    return min(moments, default=None)


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


def recent(state: State, limit: int) -> list[Item]:
    """Return the newest revision of each alert, the newest first."""
    current = [item for item in state.items.values() if not item.superseded]
    return sorted(current, key=lambda item: item.alert.sent, reverse=True)[:limit]


def _take(state: State, event: Event, now: datetime) -> Step:
    match event:
        case Arrived(alert):
            return _arrive(state, alert)
        case Restored(alert, report):
            return _restore(state, alert, report)
        case TimeKnown():
            return replace(state, time_is_known=True), []
        case TimePassed():
            return state, []
        case _:
            item = state.items.get(event.key)
            return _happen(state, item, event, now) if item else (state, [])


def _arrive(state: State, alert: Alert) -> Step:
    item = Item(alert, state.arrivals)
    if item.key in state.items:
        return state, []
    state = replace(state, arrivals=state.arrivals + 1)
    family = [other for other in state.items.values() if other.alert.identifier == alert.identifier]
    if any(other.alert.revision > alert.revision for other in family):
        late = replace(item, voicing=Voicing.FINISHED, superseded=True)
        return state.having(late), [Ended(item.key, Outcome.CANCELLED, "a newer revision was here first")]
    return _supersede(state, item)


def _supersede(state: State, item: Item) -> Step:
    """Return the state with a newer revision in it, after which the earlier ones are not said any more."""
    alert = item.alert
    actions: list[Action] = []
    earlier = [
        other
        for other in state.items.values()
        if other.alert.identifier == alert.identifier and other.alert.revision < alert.revision
    ]
    for other in earlier:
        if other.voicing is Voicing.SPEAKING:
            actions.append(StopSpeaking())
        if other.voicing is not Voicing.FINISHED and not other.asked:
            reason = "withdrawn" if alert.is_cancel else "corrected"
            actions.append(Ended(other.key, Outcome.CANCELLED, f"{reason} before it was heard to the end"))
    state = state.having(*(replace(other, superseded=True, voicing=Voicing.FINISHED, asked=False) for other in earlier))
    if alert.is_cancel and item.voicing is not Voicing.FINISHED and not _was_heard(state, alert):
        # Nobody here knows the old text; to speak of it now would only worry people.
        item = replace(item, voicing=Voicing.FINISHED, silent=True)
        actions.append(Ended(item.key, Outcome.CANCELLED, "nothing to withdraw: it was not heard here"))
    return state.having(item), actions


def _restore(state: State, alert: Alert, report: DeliveryReport) -> Step:
    failed = report.outcome is Outcome.VOICE_FAILED
    over = report.voiced_at or report.confirmed_at or (report.outcome and not failed)
    family = [other for other in state.items.values() if other.alert.identifier == alert.identifier]
    newer = any(other.alert.revision > alert.revision for other in family)
    item = Item(
        alert,
        state.arrivals,
        voicing=Voicing.FINISHED if over or newer else Voicing.WAITING,
        displayed=report.displayed_at is not None,
        heard=report.voice_started_at is not None,
        confirmed=report.confirmed_at is not None,
        superseded=newer,
        silent=alert.is_cancel and report.outcome is Outcome.CANCELLED,
    )
    # The power may have failed after a Cancel or Update was committed, and before what it means for the earlier ones.
    return _supersede(replace(state, arrivals=state.arrivals + 1), item)


def _happen(state: State, item: Item, event: Event, now: datetime) -> Step:
    key = item.key
    match event:
        case Displayed():
            changed, actions = replace(item, displayed=True), [] if item.displayed else [Reached(key, "displayed_at")]
        case VoiceStarted():
            changed, actions = replace(item, heard=True), [Reached(key, "voice_started_at")]
        case VoiceEnded():
            changed = replace(item, voicing=Voicing.FINISHED, asked=False)
            actions = [Reached(key, "voiced_at")]
        case VoiceFailed(_, reason):
            return state.having(_failed(item, now)), [Ended(key, Outcome.VOICE_FAILED, reason)]
        case Confirmed():
            stop: list[Action] = [StopSpeaking()] if item.voicing is Voicing.SPEAKING else []
            changed = replace(item, confirmed=True, voicing=Voicing.FINISHED, asked=False)
            return state.having(changed), [*stop, *([] if item.confirmed else [Reached(key, "confirmed_at")])]
        case ReplayAsked() if not (item.superseded or item.alert.is_cancel):
            again: list[Action] = [StopSpeaking()] if item.voicing is Voicing.SPEAKING else []
            return state.having(replace(item, voicing=Voicing.WAITING, asked=True, not_before=None)), again
        case _:
            return state, []
    return state.having(changed), list(actions)


def _failed(item: Item, now: datetime) -> Item:
    """Return an item whose sound no device took: tried again, unless somebody has read it or only asked for it."""
    if item.confirmed or item.superseded or item.asked:
        return replace(item, voicing=Voicing.FINISHED, asked=False)
    wait = min(LAST_RETRY, FIRST_RETRY * 2**item.failures)
    return replace(item, voicing=Voicing.WAITING, failures=item.failures + 1, not_before=now + wait)


def _expire(state: State, now: datetime) -> Step:
    if not state.time_is_known:
        return state, []
    late = [
        item
        for voicing in (Voicing.WAITING, Voicing.DUE)
        for item in state.in_voicing(voicing)
        if item.alert.expires <= now and not item.asked
    ]
    actions: list[Action] = [Ended(item.key, Outcome.EXPIRED, "expired before it could be said") for item in late]
    return state.having(*(replace(item, voicing=Voicing.FINISHED) for item in late)), actions


def _advance(state: State, now: datetime) -> Step:
    actions: list[Action] = []
    waiting = [item for item in state.in_voicing(Voicing.WAITING) if _is_ready(state, item, now)]
    busy = [*state.in_voicing(Voicing.SPEAKING), *state.in_voicing(Voicing.DUE)]
    if waiting and busy and _interrupts(waiting[0], busy[0]):
        if busy[0].voicing is Voicing.SPEAKING:
            actions.append(StopSpeaking())
        state = state.having(replace(busy[0], voicing=Voicing.WAITING))
        busy = []
    if waiting and not busy:
        busy = [replace(waiting[0], voicing=Voicing.DUE, due_since=now)]
        state = state.having(busy[0])
    if busy and busy[0].voicing is Voicing.DUE and _may_speak(busy[0], now):
        state = state.having(replace(busy[0], voicing=Voicing.SPEAKING))
        actions.append(Speak(busy[0].key, after_hearing=_was_heard(state, busy[0].alert)))
    return state, actions


def _is_ready(state: State, item: Item, now: datetime) -> bool:
    # A device without a clock cannot know whether an alert is still valid; it says only what it is asked to.
    return item.asked or (state.time_is_known and (item.not_before is None or item.not_before <= now))


def _interrupts(item: Item, busy: Item) -> bool:
    return item.alert.level is Level.EMERGENCY and busy.alert.level is not Level.EMERGENCY


def _may_speak(item: Item, now: datetime) -> bool:
    return item.displayed or item.due_since is None or now >= item.due_since + DISPLAY_WAIT


def _was_heard(state: State, alert: Alert) -> bool:
    """Tell whether somebody here heard, or read and confirmed, an earlier revision."""
    return any(
        (item.heard or item.confirmed)
        for item in state.items.values()
        if item.alert.identifier == alert.identifier and item.alert.revision < alert.revision
    )


def _forget(state: State, now: datetime) -> State:
    if len(state.items) <= KEPT:
        return state
    forgettable: Iterable[Item] = (
        item for item in state.items.values() if item.voicing is Voicing.FINISHED and item.alert.expires <= now
    )
    surplus = sorted(forgettable, key=lambda item: item.arrival)[: len(state.items) - KEPT]
    gone = {item.key for item in surplus}
    return replace(state, items={key: item for key, item in state.items.items() if key not in gone})
