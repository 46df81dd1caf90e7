"""How a terminal is, as far as it and the broker have said."""

from enum import StrEnum

from broadcaster.domain.delivery import Fault, faults
from kokuchi.wire import Presence


class Condition(StrEnum):
    """What is the matter with a terminal. One that is connected may have several faults at once."""

    OFFLINE = "offline"
    SOUND = Fault.SOUND.value
    STORAGE = Fault.STORAGE.value
    CLOCK = Fault.CLOCK.value
    HEAT = Fault.HEAT.value
    NEVER = "never"


def conditions(presence: Presence | None) -> frozenset[Condition]:
    """Return all that is the matter with a terminal; nothing if it is well. None is one that was never seen."""
    if presence is None:
        return frozenset({Condition.NEVER})
    if not presence.online:
        return frozenset({Condition.OFFLINE})
    return frozenset(Condition(fault.value) for fault in faults(presence))
