"""Who may let an alert go out: its author alone, or only with a second person who has read it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from kokuchi.wire import Level
from kokuchi.wire.fields import Identifier


class Approval(BaseModel):
    """What the town wants a second person to approve of: each alert of these levels, and each of these categories.

    Without an entry nobody has to. Drills follow the same rule, since they practise the real thing, unless `drills` is
    false.
    A correction of these does not wait, since the wrong text is being spoken meanwhile, but needs a reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: frozenset[Level] = frozenset()
    categories: frozenset[Identifier] = frozenset()
    drills: bool = True


class Need(StrEnum):
    """What an alert needs to go out. A reason may stand in for the second person where waiting could cost lives."""

    NOTHING = "nothing"
    APPROVAL = "approval"
    APPROVAL_OR_REASON = "approval_or_reason"


def need(approval: Approval, category: str, level: Level, *, drill: bool) -> Need:
    """Return what an alert needs. Only an emergency may go out with a reason instead."""
    wanted = level in approval.levels or category in approval.categories
    if not wanted or (drill and not approval.drills):
        return Need.NOTHING
    return Need.APPROVAL_OR_REASON if level is Level.EMERGENCY else Need.APPROVAL
