"""What the household and the devices do to an alert that is here. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from kokuchi.wire import Outcome
from terminal_client.agenda.state import Item, State, Step, Voicing
from terminal_client.events import (
    Action,
    Confirmed,
    Displayed,
    Ended,
    Event,
    Reached,
    ReplayAsked,
    StopSpeaking,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)

FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=10)
"""A sound device that vanished is tried again after this time, then after twice as long each time."""


def happen(state: State, item: Item, event: Event, now: datetime) -> Step:
    """Take an event that concerns one alert."""
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
            return state.having(
                replace(item, voicing=Voicing.WAITING, asked=True, was_cut=False, not_before=None)
            ), again
        case _:
            return state, []
    return state.having(changed), list(actions)


def _failed(item: Item, now: datetime) -> Item:
    """Return an item whose sound no device took: tried again, unless somebody has read it or only asked for it."""
    if item.confirmed or item.superseded or item.asked:
        return replace(item, voicing=Voicing.FINISHED, asked=False)
    wait = min(LAST_RETRY, FIRST_RETRY * 2**item.failures)
    return replace(item, voicing=Voicing.WAITING, was_cut=False, failures=item.failures + 1, not_before=now + wait)
