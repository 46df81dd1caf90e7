"""Lines of the roster as people write them: what each means, what is wrong with it, what a file would change. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.audience import Terminal
from broadcaster.domain.service import Service
from broadcaster.domain.town import Place, Town
from kokuchi.wire.fields import IDENTIFIER_PATTERN

LONGEST_HOUSEHOLD = 60
KINDS = ("household", "business")
KIND_WORDS = {"household": "世帯", "business": "事業所"}
SERVICE_WORDS = {Service.IN_SERVICE: "使用中", Service.SUSPENDED: "一時停止中", Service.RETIRED: "廃止"}
RESERVED = frozenset({"new", "import", "cards", "events", "roster.csv"})
"""What the pages have under /terminals."""

_SEPARATORS = re.compile(r"[\s、,，;；]+")


class Wrong(StrEnum):
    """What can be wrong with a file or a line; the words are with whoever shows them."""

    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    COLUMN = "column"
    QUOTE = "quote"
    EMPTY = "empty"
    VALUES = "values"
    IDENTIFIER = "identifier"
    RESERVED = "reserved"
    TWICE = "twice"
    ALIKE = "alike"
    RETIRED = "retired"
    HOUSEHOLD = "household"
    LONG = "long"
    UNPRINTABLE = "unprintable"
    KIND = "kind"
    AREA = "area"
    GROUP = "group"
    SERVICE = "service"


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a line (0: with the whole file); `value` is what stands there, `known` what may."""

    what: Wrong
    line: int = 0
    value: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A terminal as somebody wrote it; the words of areas, groups and kinds may be identifiers or names.

    `service` is empty unless a file tells it; it cannot be changed that way.
    """

    terminal: str
    household: str
    kind: str
    area: str
    groups: str
    service: str = ""
    number: int = 0


@dataclass(frozen=True)
class Change:
    """A terminal that is in the roster, as it is and as it would be."""

    before: Terminal
    after: Terminal


@dataclass(frozen=True)
class Plan:
    """What a file would do to the roster. `left` counts the terminals in it that the file does not name: they stay."""

    added: tuple[Terminal, ...]
    changed: tuple[Change, ...]
    unchanged: tuple[Terminal, ...]
    left: int

    @property
    def does_nothing(self) -> bool:
        """Whether the roster is like the file already."""
        return not (self.added or self.changed)


def read_lines(
    lines: Iterable[Line], town: Town, standing: Mapping[str, Terminal], centre: str = ""
) -> tuple[list[Terminal], list[Mistake]]:
    """Return the terminals that the lines mean, and all that is wrong with them.

    What stands in the roster already may stay: an area that the settings do not have any more is no mistake then.
    """
    terminals: list[Terminal] = []
    mistakes: list[Mistake] = []
    seen: set[str] = set()
    alike = {known.casefold(): known for known in standing}
    for line in lines:
        terminal, found = _read(line, town, standing.get(line.terminal.strip()), centre)
        if terminal.id in seen:
            found.append(Mistake(Wrong.TWICE, line.number, terminal.id))
        other = alike.setdefault(terminal.id.casefold(), terminal.id)
        if other != terminal.id and terminal.id not in standing:
            # T-0001 beside t-0001 is the same household once more.
            found.append(Mistake(Wrong.ALIKE, line.number, other))
        seen.add(terminal.id)
        terminals.append(terminal)
        mistakes += found
    return terminals, mistakes


def plan(terminals: Sequence[Terminal], standing: Mapping[str, Terminal]) -> Plan:
    """Return what it means to take these terminals into a roster; they are none that is retired."""
    added = tuple(terminal for terminal in terminals if terminal.id not in standing)
    pairs = [Change(standing[terminal.id], terminal) for terminal in terminals if terminal.id in standing]
    named = {terminal.id for terminal in terminals}
    return Plan(
        added=added,
        changed=tuple(pair for pair in pairs if pair.before != pair.after),
        unchanged=tuple(pair.after for pair in pairs if pair.before == pair.after),
        left=sum(known.id not in named and known.service is not Service.RETIRED for known in standing.values()),
    )


def place_words(identifier: str, places: Sequence[Place]) -> str:
    """Return how an area or a group is written in a file: by name, if that is read as the same again."""
    name = next((place.name for place in places if place.id == identifier), identifier)
    return name if not _SEPARATORS.search(name) and _find(name, places) == identifier else identifier


def _read(line: Line, town: Town, known: Terminal | None, centre: str) -> tuple[Terminal, list[Mistake]]:
    found: list[Mistake] = []

    def wrong(what: Wrong, value: str = "", may_be: Iterable[str] = ()) -> None:
        found.append(Mistake(what, line.number, value, tuple(may_be)))

    identifier, household = line.terminal.strip(), line.household.strip()
    if not re.fullmatch(IDENTIFIER_PATTERN, identifier):
        wrong(Wrong.IDENTIFIER, identifier)
    elif known is None and identifier in {centre, *RESERVED}:
        wrong(Wrong.RESERVED, identifier)
    elif known and known.service is Service.RETIRED:
        wrong(Wrong.RETIRED, identifier)
    if not household:
        wrong(Wrong.HOUSEHOLD)
    elif len(household) > LONGEST_HOUSEHOLD and not (known and known.household == household):
        wrong(Wrong.LONG, household)
    elif any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in household):
        wrong(Wrong.UNPRINTABLE, household)
    kind = _kind(line.kind)
    if kind not in KINDS:
        wrong(Wrong.KIND, kind, KINDS)
    area = _find(line.area, town.areas)
    if area not in {place.id for place in town.areas} and not (known and known.area == area):
        wrong(Wrong.AREA, area, (place.id for place in town.areas))
    groups = frozenset(_find(word, town.groups) for word in _SEPARATORS.split(line.groups) if word)
    standing_groups = known.groups if known else frozenset()
    if unknown := sorted(groups - {place.id for place in town.groups} - standing_groups):
        wrong(Wrong.GROUP, unknown[0], (place.id for place in town.groups))
    service = known.service if known else Service.IN_SERVICE
    if line.service.strip() not in ("", SERVICE_WORDS[service], service.value):
        wrong(Wrong.SERVICE, line.service.strip())
    return Terminal(identifier, household, kind, area, groups, service), found


def _kind(text: str) -> str:
    folded = _folded(text)
    return next((kind for kind, word in KIND_WORDS.items() if folded in (kind, word)), text.strip())


def _find(text: str, places: Sequence[Place]) -> str:
    """Return the identifier of the place that a text names, by identifier or else by name; else the text."""
    text = text.strip()
    if any(place.id == text for place in places):
        return text
    return next((place.id for place in places if _folded(place.name) == _folded(text)), text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
