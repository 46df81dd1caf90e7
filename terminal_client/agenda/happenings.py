"""What the household and the devices do to an alert that is here. Pure."""

from dataclasses import replace
from datetime import datetime

from kokuchi.wire import Outcome, Silence
from terminal_client.agenda.digests import cut_short
from terminal_client.agenda.retries import repeat_at, retry_at
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


def happen(state: State, item: Item, event: Event, now: datetime) -> Step:
    """Take an event that concerns one alert."""
    key = item.key
    actions: list[Action] = []
    match event:
        case Displayed():
            changed, actions = replace(item, displayed=True), [] if item.displayed else [Reached(key, "displayed_at")]
        case VoiceStarted():
            changed, actions = replace(item, heard=True), [Reached(key, "voice_started_at")]
        case VoiceEnded():
            changed, actions = _voiced(item, now), [] if item.voiced_at else [Reached(key, "voiced_at")]
        case VoiceFailed(_, reason):
            changed, actions = _failed(item, now), [] if item.voiced_at else [Ended(key, Outcome.VOICE_FAILED, reason)]
        case Confirmed():
            state, actions = _stopped(state, item)
            changed = replace(item, confirmed=True, voicing=Voicing.FINISHED, asked=False)
            actions += [] if item.confirmed else [Reached(key, "confirmed_at")]
        case ReplayAsked() if not (item.superseded or item.alert.is_cancel):
            state, actions = _stopped(state, item)
            changed = replace(item, voicing=Voicing.WAITING, asked=True, was_cut=False, not_before=None)
        case _:
            return state, []
    return state.having(changed), actions


def _stopped(state: State, item: Item) -> Step:
    """Stop what is being said of an alert whose button was pressed, alone or with others."""
    return (state, [StopSpeaking()]) if item.voicing is Voicing.SPEAKING else cut_short(state, item.key)


def _voiced(item: Item, now: datetime) -> Item:
    voiced_at = item.voiced_at or now
    again = repeat_at(item, voiced_at, now)
    return replace(
        item, voicing=Voicing.FINISHED, asked=False, voiced_at=voiced_at, failures=0, not_before=None, repeat_at=again
    )


def _failed(item: Item, now: datetime) -> Item:
    """Return an item whose sound no device took: tried again, unless there is no need for it to be said by itself."""
    again = retry_at(item.failures, now)
    if item.voiced_at:
        repeat = again if item.repeat_at else None
        return replace(item, voicing=Voicing.FINISHED, asked=False, failures=item.failures + 1, repeat_at=repeat)
    is_told = item.confirmed or item.superseded or item.silence in (Silence.SUMMARISED, Silence.DECLINED)
    voicing = Voicing.FINISHED if is_told else Voicing.WAITING
    return replace(item, voicing=voicing, asked=False, was_cut=False, failures=item.failures + 1, not_before=again)
