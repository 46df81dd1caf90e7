"""Whom an audience reaches, before anything is sent to it."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadcaster.domain.audience import Terminal, recipients
from broadcaster.domain.roster import SERVICE_WORDS
from broadcaster.domain.service import Service
from broadcaster.domain.written import Written
from broadcaster.web.site import Site

MOST_FOUND = 20
"""How many terminals a search shows; who sees more than that searches on."""


@dataclass(frozen=True)
class Reached:
    """How many terminals an audience has, each counted once, and how many of them are not connected now."""

    terminals: int
    households: int
    away: int

    @property
    def japanese(self) -> str:
        """The same in words."""
        others = self.terminals - self.households
        kinds = f"（{self.households}世帯・{others}事業所）" if others else ""
        return f"{kinds}　うち{self.away}台は、いまつながっていません。" if self.away else kinds


@dataclass(frozen=True)
class Found:
    """A terminal as staff choose it."""

    id: str
    household: str
    area: str


def reached(site: Site, written: Written) -> Reached:
    """Return whom the audience reaches that was chosen so far."""
    audience = written.draft(site.town).audience
    chosen = recipients(audience, site.ledger.terminals.all()) if audience else []
    presences = site.ledger.presences.all()
    online = sum(terminal.id in presences and presences[terminal.id].online for terminal in chosen)
    households = sum(terminal.kind == "household" for terminal in chosen)
    return Reached(len(chosen), households, len(chosen) - online)


def members(roster: Sequence[Terminal]) -> Counter[str]:
    """Return how many terminals each area and each group has, under `areas-ID` and `groups-ID`."""
    areas = Counter(f"areas-{terminal.area}" for terminal in roster)
    groups = Counter(f"groups-{group}" for terminal in roster for group in terminal.groups)
    return areas + groups


def chosen(site: Site, identifiers: Iterable[str]) -> list[Found]:
    """Return the terminals that were chosen one by one, unknown ones too, so that they can be taken away."""
    known = {terminal.id: terminal for terminal in site.ledger.terminals.everybody()}
    return [_found(site, known.get(identifier, _unknown(identifier))) for identifier in identifiers]


def search(site: Site, words: str) -> list[Found]:
    """Return the terminals whose household, area or identifier has all of the words, and one more than are shown."""
    wanted = _folded(words).split()
    if not wanted:
        return []
    found = []
    for terminal in site.ledger.terminals.all():
        shown = _found(site, terminal)
        text = _folded(f"{shown.household} {shown.area} {shown.id}")
        if all(word in text for word in wanted):
            found.append(shown)
        if len(found) > MOST_FOUND:
            break
    return found


def _found(site: Site, terminal: Terminal) -> Found:
    area = next((area.name for area in site.town.areas if area.id == terminal.area), terminal.area)
    if terminal.service is not Service.IN_SERVICE:
        area = f"{area}　{SERVICE_WORDS[terminal.service]}"
    return Found(terminal.id, terminal.household, area)


def _unknown(identifier: str) -> Terminal:
    return Terminal(identifier, "登録されていない端末", "household", "")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
