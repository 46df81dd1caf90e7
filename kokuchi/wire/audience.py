"""Whom an alert is for, and whether a terminal is one of them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from kokuchi.wire.fields import Identifier, Part

MAXIMUM_MEMBERS = 1000
"""So that the largest alert still fits into a sync reply; who means more terminals means an area or a group."""


class AudienceKind(StrEnum):
    """The four ways to address an alert; each has its topics."""

    ALL = "all"
    AREAS = "areas"
    GROUPS = "groups"
    TERMINALS = "terminals"


class Membership(Part):
    """Where a terminal belongs, as the centre has told it."""

    terminal: Identifier
    areas: frozenset[Identifier] = frozenset()
    groups: frozenset[Identifier] = frozenset()


class Audience(Part):
    """All terminals, or those of some areas or groups, or single ones. `members` is empty for all, else not."""

    kind: AudienceKind
    members: Annotated[tuple[Identifier, ...], Field(max_length=MAXIMUM_MEMBERS)] = ()

    @model_validator(mode="after")
    def _members_fit_kind(self) -> Self:
        if (self.kind is AudienceKind.ALL) != (not self.members):
            raise ValueError("members must be given for areas, groups and terminals, and only for these")
        return self

    def includes(self, membership: Membership) -> bool:
        """Tell whether a terminal with this membership is addressed."""
        match self.kind:
            case AudienceKind.ALL:
                return True
            case AudienceKind.AREAS:
                return not membership.areas.isdisjoint(self.members)
            case AudienceKind.GROUPS:
                return not membership.groups.isdisjoint(self.members)
            case AudienceKind.TERMINALS:
                return membership.terminal in self.members
