"""From an audience to the terminals that it means, and to the words for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.domain.service import Service
from broadcaster.domain.town import Town
from kokuchi.wire import Audience, AudienceKind, Membership


@dataclass(frozen=True)
class Terminal:
    """A terminal of the roster. The household's name stays at the centre."""

    id: str
    household: str
    kind: str
    area: str
    groups: frozenset[str] = frozenset()
    service: Service = Service.IN_SERVICE

    @property
    def membership(self) -> Membership:
        """What decides whether it is addressed."""
        return Membership(terminal=self.id, areas=frozenset({self.area}), groups=self.groups)


def is_addressed(audience: Audience, terminal: Terminal) -> bool:
    """Tell whether a terminal is in service and belongs to the audience."""
    return terminal.service is Service.IN_SERVICE and (
        audience.kind is AudienceKind.ALL or audience.includes(terminal.membership)
    )


def recipients(audience: Audience, roster: Iterable[Terminal]) -> list[Terminal]:
    """Return the terminals of the roster that are in service and that the audience includes."""
    return [terminal for terminal in roster if is_addressed(audience, terminal)]


def addressees(audience: Audience, roster: Iterable[Terminal]) -> list[str] | None:
    """Return whom the audience includes, in service or not: the ledger looks at that when it accepts. None: everybody.

    One that comes back into service in that very moment is missed by neither.
    """
    if audience.kind is AudienceKind.ALL:
        return None
    return [terminal.id for terminal in roster if audience.includes(terminal.membership)]


def unknown_members(audience: Audience, town: Town, roster: Iterable[Terminal]) -> list[str]:
    """Return the members of the audience that the town does not have; a terminal out of service it still has."""
    match audience.kind:
        case AudienceKind.ALL:
            known: set[str] = set()
        case AudienceKind.AREAS:
            known = {area.id for area in town.areas}
        case AudienceKind.GROUPS:
            known = {group.id for group in town.groups}
        case AudienceKind.TERMINALS:
            known = {terminal.id for terminal in roster}
    return [member for member in audience.members if member not in known]


def describe(audience: Audience, town: Town) -> str:
    """Return the audience as the town office would write it."""
    match audience.kind:
        case AudienceKind.ALL:
            return f"{town.name} 全域"
        case AudienceKind.AREAS:
            return _names(audience, {area.id: area.name for area in town.areas})
        case AudienceKind.GROUPS:
            return _names(audience, {group.id: group.name for group in town.groups})
        case AudienceKind.TERMINALS:
            return f"個別の端末 {len(audience.members)}台"


def _names(audience: Audience, names: dict[str, str]) -> str:
    return "・".join(names.get(member, member) for member in audience.members)
