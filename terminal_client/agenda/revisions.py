"""What a new alert, or a newer revision of one, does to those that are here. Pure."""

from dataclasses import replace

from kokuchi.wire import Alert, DeliveryReport, Outcome, Silence
from terminal_client.agenda.digests import MISSED_AFTER
from terminal_client.agenda.retries import repeat_at
from terminal_client.agenda.state import Item, State, Step, Voicing, was_told
from terminal_client.events import Action, Ended, StopSpeaking


def arrive(state: State, alert: Alert) -> Step:
    """Take an alert that the inbox has just taken."""
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
    being_told = state.being_told
    for other in earlier:
        if other.voicing is Voicing.SPEAKING or other.key in being_told:
            actions.append(StopSpeaking())
        if other.voicing is not Voicing.FINISHED and not (other.voiced_at or other.confirmed):
            reason = "withdrawn" if alert.is_cancel else "corrected"
            actions.append(Ended(other.key, Outcome.CANCELLED, f"{reason} before it was heard to the end"))
    over = [replace(other, superseded=True, voicing=Voicing.FINISHED, asked=False) for other in earlier]
    if any(other.key in being_told for other in earlier):
        # How much of it was told nobody knows; who may have heard the old text is told of the new one.
        over = [replace(other, heard=other.heard or other.key in being_told) for other in over]
        state = replace(state, aside=None)
    state = state.having(*over)
    if alert.is_cancel and item.voicing is not Voicing.FINISHED and not was_told(state, alert):
        # Nobody here knows the old text; to speak of it now would only worry people.
        item = replace(item, voicing=Voicing.FINISHED, silent=True)
        actions.append(Ended(item.key, Outcome.CANCELLED, "nothing to withdraw: it was not heard here"))
    return state.having(item), actions


def restore(state: State, alert: Alert, report: DeliveryReport) -> Step:
    """Take an alert that was in the inbox at the start, and what its report says had happened."""
    failed = report.outcome is Outcome.VOICE_FAILED
    silenced = report.silence is not None and report.silence is not Silence.HELD
    ended = report.outcome and not (failed and state.has_voice)
    over = report.voiced_at or report.confirmed_at or silenced or ended
    family = [other for other in state.items.values() if other.alert.identifier == alert.identifier]
    newer = any(other.alert.revision > alert.revision for other in family)
    item = Item(
        alert,
        state.arrivals,
        voicing=Voicing.FINISHED if over or newer else Voicing.WAITING,
        displayed=report.displayed_at is not None,
        heard=report.voice_started_at is not None,
        voiced_at=report.voiced_at,
        confirmed=report.confirmed_at is not None,
        superseded=newer,
        silent=alert.is_cancel and report.outcome is Outcome.CANCELLED,
        silence=report.silence,
        was_missed=_was_held_when_missed(alert, report) if report.silence is Silence.HELD else None,
    )
    # The time is not known yet; what it was when this was said is.
    item = replace(item, repeat_at=repeat_at(item, report.voiced_at, report.voiced_at)) if report.voiced_at else item
    # The power may have failed after a Cancel or Update was committed, and before what it means for the earlier ones.
    return _supersede(replace(state, arrivals=state.arrivals + 1), item)


def _was_held_when_missed(alert: Alert, report: DeliveryReport) -> bool:
    return report.received_at is not None and report.received_at - alert.sent >= MISSED_AFTER
