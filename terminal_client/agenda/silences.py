"""What is not said by itself: for the night, or since the household does not want notices of its kind spoken. Pure."""

from dataclasses import replace
from datetime import datetime

from kokuchi.wire import Level, Silence
from terminal_client.agenda.state import Item, State, Step, Voicing
from terminal_client.events import Action, Withheld


def withhold(state: State, now: datetime) -> Step:
    """Keep back what waits and is not to be said now, or not at all."""
    actions: list[Action] = []
    if not state.has_voice:
        return state, actions
    for item in state.in_voicing(Voicing.WAITING, Voicing.DUE):
        silence = _silence(state, item, now)
        if silence is None:
            continue
        if silence is not item.silence:
            actions.append(Withheld(item.key, silence))
        voicing = Voicing.WAITING if silence is Silence.HELD else Voicing.FINISHED
        state = state.having(replace(item, silence=silence, voicing=voicing))
    return state, actions


def is_held(state: State, item: Item, now: datetime) -> bool:
    """Tell whether it waits for the end of the quiet hours. What had begun before them is said to its end."""
    exempt = item.asked or item.was_cut or item.is_emergency
    return not exempt and state.time_is_known and state.manners.is_quiet(now)


def is_ready(state: State, item: Item, now: datetime) -> bool:
    """Tell whether it waits for nothing but its turn."""
    # A device without a clock cannot know whether an alert is still valid; it says only what it is asked to.
    if item.asked:
        return True
    is_early = item.not_before is not None and now < item.not_before
    return state.time_is_known and not is_early and not is_held(state, item, now)


def _silence(state: State, item: Item, now: datetime) -> Silence | None:
    if item.asked or item.key in state.being_told:
        return None
    # By kind and level alone: so a correction or withdrawal of a notice is as silent as the notice was.
    if item.alert.level is Level.NOTICE and item.alert.category in state.manners.unspoken:
        return Silence.DECLINED
    return Silence.HELD if is_held(state, item, now) else None
