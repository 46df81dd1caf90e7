"""What of the alerts is on the screen. Pure."""

from datetime import datetime

from terminal_client.agenda.state import Item, State


def focus(state: State, now: datetime) -> Item | None:
    """Return the alert that fills the screen: the one being said, else the most urgent that nobody has confirmed."""
    if state.busy:
        return state.busy
    if state.being_told:
        return state.items[state.being_told[0]]
    return min(_awaited(state, now), key=lambda item: (item.alert.level.rank, -item.arrival), default=None)


def others(state: State, now: datetime) -> int:
    """Return how many more will fill the screen, one after another, once this one is confirmed."""
    shown = focus(state, now)
    return sum(item is not shown for item in _awaited(state, now))


def unconfirmed(state: State) -> list[Item]:
    """Return the newest revision of each alert that somebody should see and nobody has confirmed."""
    return [item for item in state.items.values() if item.is_open]


def recent(state: State, limit: int) -> list[Item]:
    """Return the newest revision of each alert, the newest first."""
    current = [item for item in state.items.values() if not item.superseded]
    return sorted(current, key=lambda item: item.alert.sent, reverse=True)[:limit]


def _awaited(state: State, now: datetime) -> list[Item]:
    if not state.time_is_known:
        return []
    return [item for item in unconfirmed(state) if item.alert.expires > now]
