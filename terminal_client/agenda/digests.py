"""Several alerts that were missed are told in one sentence, so that nobody is flooded after an absence. Pure.

An emergency is never among them, and a withdrawal is told by itself, lest it be taken for one more thing to heed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from kokuchi.wire import Outcome, Silence
from terminal_client.agenda.retries import retry_at
from terminal_client.agenda.silences import is_ready
from terminal_client.agenda.state import Item, State, Step, Voicing
from terminal_client.events import Action, Digest, Ended, StopSpeaking, Withheld
from terminal_client.household import Key

MISSED_AFTER = timedelta(minutes=30)
"""An alert that was sent longer ago than this when it could first be said was missed: the household was not reached."""

GATHERING = timedelta(seconds=5)
"""After a connection the missed ones arrive one by one. A digest waits for so long for one more."""

HELD_ONE_BY_ONE = 3
"""So many of a night are told one by one in the morning: in their own words, which are worth more than a count.

More of them, each said for up to two minutes and the important ones twice, would be what a digest is there to prevent.
"""


def judge(state: State, now: datetime) -> State:
    """Judge which of the new ones were missed, once the time is known; more may follow them."""
    if not state.time_is_known:
        return state
    new = [item for item in state.items.values() if item.was_missed is None]
    judged = [replace(item, was_missed=_was_missed(item, now)) for item in new]
    more = any(item.was_missed and not _has_its_own_words(item) for item in judged)
    gathering = now + GATHERING if more else state.gathering_until
    return replace(state.having(*judged), gathering_until=gathering)


def is_gathering(state: State, now: datetime) -> bool:
    """Tell whether more missed ones may follow."""
    return state.gathering_until is not None and now < state.gathering_until


def missed(state: State, now: datetime) -> list[Item]:
    """Return what waits to be told together; a single one is told in its own words."""
    waiting = [item for item in state.in_voicing(Voicing.WAITING) if not _has_its_own_words(item)]
    ready = [item for item in waiting if is_ready(state, item, now)]
    held = [item for item in ready if item.silence is Silence.HELD and not item.was_missed]
    too_many = held if len(held) > HELD_ONE_BY_ONE else []
    return [item for item in ready if item.was_missed or item in too_many]


def digest_of(items: Iterable[Item]) -> Digest:
    """Return the digest of these: the first is the most urgent, of several the newest, and no drill if one is real."""
    ordered = sorted(items, key=lambda item: (item.alert.is_drill, item.alert.level.rank, -item.arrival))
    return Digest(tuple(item.key for item in ordered))


def told(state: State, digest: Digest, *, but: Key | None = None) -> Step:
    """Take a digest as heard. What it told of stays on the screen, unconfirmed, and can be heard one by one."""
    items = [state.items[key] for key in digest.keys if key != but]
    heard = [item for item in items if item.voicing is Voicing.WAITING and not item.asked]
    state = state.having(
        *(replace(item, voicing=Voicing.FINISHED, silence=Silence.SUMMARISED) for item in heard),
    )
    return replace(state, aside=None), [Withheld(item.key, Silence.SUMMARISED) for item in heard]


def cut_short(state: State, key: Key) -> Step:
    """End a digest that tells of this alert, whose button was pressed: whoever did so sees the others on the screen."""
    if not isinstance(state.aside, Digest) or key not in state.being_told:
        return state, []
    state, actions = told(state, state.aside, but=key)
    return state, [StopSpeaking(), *actions]


def not_told(state: State, digest: Digest, reason: str, now: datetime) -> Step:
    """Take a digest that no device has played: it is tried again."""
    items = [state.items[key] for key in digest.keys]
    failures = max(item.failures for item in items)
    again = [replace(item, failures=failures + 1, not_before=retry_at(failures, now)) for item in items]
    ended: list[Action] = [Ended(item.key, Outcome.VOICE_FAILED, reason) for item in items]
    return replace(state.having(*again), aside=None), ended


def _was_missed(item: Item, now: datetime) -> bool:
    return item.voicing is Voicing.WAITING and now - item.alert.sent >= MISSED_AFTER


def _has_its_own_words(item: Item) -> bool:
    return item.asked or item.was_cut or item.is_emergency or item.alert.is_cancel
