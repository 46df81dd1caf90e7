"""Whose turn it is to speak, and when to look again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from kokuchi.wire import NO_VOICE, Outcome
from terminal_client.agenda.digests import digest_of, is_gathering, missed
from terminal_client.agenda.retries import is_to_be_repeated
from terminal_client.agenda.silences import is_held, is_ready
from terminal_client.agenda.state import Item, State, Step, Urgency, Voicing, was_heard
from terminal_client.events import Action, Digest, Ended, Sample, Speak, SpeakAside, StopSpeaking

DISPLAY_WAIT = timedelta(seconds=1)
"""How long the sound waits for the screen to say that it shows the text. A broken screen must not silence the voice."""


def deadline(state: State, now: datetime) -> datetime | None:
    """Return when `TimePassed` is due at the latest, if at all; `now` is when the last step was taken."""
    moments = [item.due_since + DISPLAY_WAIT for item in state.in_voicing(Voicing.DUE) if item.due_since]
    # Until the time is known nothing that waits becomes due, however late it seems to be.
    if state.time_is_known:
        for item in state.in_voicing(Voicing.WAITING):
            quiet_until = state.manners.quiet_until(now) if is_held(state, item, now) else None
            moments += [moment for moment in (item.not_before, quiet_until, state.gathering_until) if moment]
            moments += [] if item.asked else [item.alert.expires]
        moments += [item.repeat_at for item in _to_be_repeated(state) if item.repeat_at]
    # What was due before this step waits for its turn, and who has it will tell when it ends.
    return min((moment for moment in moments if moment > now), default=None)


def expire(state: State, now: datetime) -> Step:
    """Give up what waits and is no longer valid; what is being said is said to its end."""
    if not state.time_is_known:
        return state, []
    late = [
        item
        for item in state.in_voicing(Voicing.WAITING, Voicing.DUE)
        if item.alert.expires <= now and not item.asked and item.key not in state.being_told
    ]
    actions: list[Action] = [
        Ended(item.key, Outcome.EXPIRED, "expired before it could be said") for item in late if not item.is_repeat
    ]
    return state.having(*(replace(item, voicing=Voicing.FINISHED) for item in late)), actions


def advance(state: State, now: datetime) -> Step:
    """Let the most urgent speak, if it is its turn; an emergency takes the turn from anything lower."""
    actions: list[Action] = []
    if not state.has_voice:
        return _left_unsaid(state)
    turn = _next(state, now)
    if turn and _yields(state, turn):
        state, actions = _interrupt(state)
    if turn and not state.busy and not state.aside:
        if isinstance(turn, Digest):
            return replace(state, aside=turn), [*actions, SpeakAside(turn)]
        state = state.having(replace(turn, voicing=Voicing.DUE, due_since=now))
    item = state.busy
    if item and item.voicing is Voicing.DUE and _may_speak(state, item, now):
        state = state.having(replace(item, voicing=Voicing.SPEAKING, was_cut=False))
        actions.append(Speak(item.key, after_hearing=was_heard(state, item.alert), resume=item.was_cut))
    return state, actions


def sample(state: State) -> Step:
    """Let the household hear how its terminal speaks, unless something is being said."""
    if state.busy or state.aside or not state.has_voice:
        return state, []
    return replace(state, aside=Sample()), [SpeakAside(Sample())]


def _left_unsaid(state: State) -> Step:
    """Say of each alert, once, that nobody hears it here; the operators must not take it for heard."""
    waiting = [item for item in state.in_voicing(Voicing.WAITING) if item.asked or state.time_is_known]
    told: list[Action] = [Ended(item.key, Outcome.VOICE_FAILED, NO_VOICE) for item in waiting if not item.failures]
    finished = [replace(item, voicing=Voicing.FINISHED, asked=False, failures=1) for item in waiting]
    return state.having(*finished), told


def _next(state: State, now: datetime) -> Item | Digest | None:
    """Return what is to be said next of all that is ready."""
    together = missed(state, now)
    ready = [item for item in state.in_voicing(Voicing.WAITING) if item not in together and is_ready(state, item, now)]
    ready += [item for item in _to_be_repeated(state) if _is_time_for(item, now)]
    turns: list[tuple[Urgency, Item | Digest]] = [(item.urgency, item) for item in ready]
    if together and not is_gathering(state, now):
        turns.append((together[0].urgency, digest_of(together) if len(together) > 1 else together[0]))
    return min(turns, key=lambda turn: turn[0], default=(None, None))[1]


def _to_be_repeated(state: State) -> list[Item]:
    finished = state.in_voicing(Voicing.FINISHED) if state.time_is_known else []
    return [item for item in finished if is_to_be_repeated(item)]


def _is_time_for(item: Item, now: datetime) -> bool:
    return item.repeat_at is not None and item.repeat_at <= now < item.alert.expires


def _yields(state: State, turn: Item | Digest) -> bool:
    """Tell whether what is being said is broken off for this one."""
    if isinstance(state.aside, Sample):
        return True
    if isinstance(turn, Digest) or not turn.is_emergency:
        return False
    if state.busy is None:
        return state.aside is not None
    return not state.busy.is_emergency or (state.busy.is_repeat and not turn.is_repeat)


def _interrupt(state: State) -> Step:
    item = state.busy
    if item is None:
        # A digest is short, and starts anew with what has come meanwhile.
        return replace(state, aside=None), [StopSpeaking()]
    was_speaking = item.voicing is Voicing.SPEAKING
    if item.is_repeat:
        # Its time has come already: it is said again after what interrupts it.
        changed = replace(item, voicing=Voicing.FINISHED)
    else:
        changed = replace(item, voicing=Voicing.WAITING, was_cut=item.was_cut or was_speaking)
    return state.having(changed), [StopSpeaking()] if was_speaking else []


def _may_speak(state: State, item: Item, now: datetime) -> bool:
    return not state.has_screen or item.displayed or item.due_since is None or now >= item.due_since + DISPLAY_WAIT
