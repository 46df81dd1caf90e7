"""Whose turn it is to speak, and when to look again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from kokuchi.wire import Level, Outcome
from terminal_client.agenda.state import Item, State, Step, Voicing, was_heard
from terminal_client.events import Action, Ended, Speak, StopSpeaking

DISPLAY_WAIT = timedelta(seconds=1)
"""How long the sound waits for the screen to say that it shows the text. A broken screen must not silence the voice."""

NO_VOICE = "this terminal has no voice"


def deadline(state: State) -> datetime | None:
    """Return when `TimePassed` is due at the latest, if at all."""
    moments = [item.due_since + DISPLAY_WAIT for item in state.in_voicing(Voicing.DUE) if item.due_since]
    # Until the time is known nothing that waits becomes due, however late it seems to be.
    for item in state.in_voicing(Voicing.WAITING) if state.time_is_known else []:
        moments += [item.not_before] if item.not_before else []
        moments += [] if item.asked else [item.alert.expires]
    return min(moments, default=None)


def expire(state: State, now: datetime) -> Step:
    """Give up what waits and is no longer valid; what is being said is said to its end."""
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


def advance(state: State, now: datetime) -> Step:
    """Let the most urgent speak, if it is its turn; an emergency takes the turn from anything lower."""
    actions: list[Action] = []
    waiting = [item for item in state.in_voicing(Voicing.WAITING) if _is_ready(state, item, now)]
    if not state.has_voice:
        return _left_unsaid(state, waiting)
    busy = [*state.in_voicing(Voicing.SPEAKING), *state.in_voicing(Voicing.DUE)]
    if waiting and busy and _interrupts(waiting[0], busy[0]):
        was_speaking = busy[0].voicing is Voicing.SPEAKING
        if was_speaking:
            actions.append(StopSpeaking())
        state = state.having(replace(busy[0], voicing=Voicing.WAITING, was_cut=busy[0].was_cut or was_speaking))
        busy = []
    if waiting and not busy:
        busy = [replace(waiting[0], voicing=Voicing.DUE, due_since=now)]
        state = state.having(busy[0])
    if busy and busy[0].voicing is Voicing.DUE and _may_speak(state, busy[0], now):
        item = busy[0]
        state = state.having(replace(item, voicing=Voicing.SPEAKING, was_cut=False))
        actions.append(Speak(item.key, after_hearing=was_heard(state, item.alert), resume=item.was_cut))
    return state, actions


def _left_unsaid(state: State, waiting: list[Item]) -> Step:
    """Say of each alert, once, that nobody hears it here; the operators must not take it for heard."""
    told: list[Action] = [Ended(item.key, Outcome.VOICE_FAILED, NO_VOICE) for item in waiting if not item.failures]
    finished = [replace(item, voicing=Voicing.FINISHED, asked=False, failures=1) for item in waiting]
    return state.having(*finished), told


def _is_ready(state: State, item: Item, now: datetime) -> bool:
    # A device without a clock cannot know whether an alert is still valid; it says only what it is asked to.
    return item.asked or (state.time_is_known and (item.not_before is None or item.not_before <= now))


def _interrupts(item: Item, busy: Item) -> bool:
    return item.alert.level is Level.EMERGENCY and busy.alert.level is not Level.EMERGENCY


def _may_speak(state: State, item: Item, now: datetime) -> bool:
    return not state.has_screen or item.displayed or item.due_since is None or now >= item.due_since + DISPLAY_WAIT
