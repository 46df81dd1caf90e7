"""The terminals as operators see them: how each one is, those in trouble first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.delivery import Fault, faults
from broadcaster.domain.service import Service
from broadcaster.ledger.conditions import Found, Wanted
from broadcaster.web.site import Site
from broadcaster.web.words import FAULTS, SPEAKERS, moment, outdated_dictionary
from kokuchi.wire import Presence


@dataclass(frozen=True)
class RosterRow:
    """One terminal with what it says of itself. `state` is also suspended or retired.

    `last_contact` of one that is away is when it went: its last will bears the time at which its connection was made,
    and knows nothing of its speaker and its alerts.
    """

    terminal: str
    household: str
    area: str
    service: Service
    state: str
    state_word: str
    last_contact: str
    speaker: str
    faults: tuple[str, ...]
    refused: str
    software: str
    dictionary: str
    outdated: str
    unheard: str
    language: str
    temperature: str
    restart: str


PAGE_SIZE = 50

_STATES = {"offline": "接続なし", "faulty": "異常あり", "never": "未接続", "online": "正常"}
_SERVICES = {Service.SUSPENDED: "一時停止中", Service.RETIRED: "廃止"}


@dataclass(frozen=True)
class RosterPage:
    """One page of the wanted terminals; `total` counts all of them, `number` is from 1 to `pages`."""

    rows: tuple[RosterRow, ...]
    total: int
    number: int
    pages: int

    @property
    def shown(self) -> str:
        """The identifiers of the rows, in their order."""
        return ",".join(row.terminal for row in self.rows)


def roster_page(site: Site, wanted: Wanted, number: int) -> RosterPage:
    """Return a page of the wanted terminals, those in trouble first; one beyond the end is the last."""
    total = site.ledger.conditions.count(wanted)
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(number, pages)
    found = site.ledger.conditions.find(wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return RosterPage(_rows(site, found), total, number, pages)


def roster_rows(site: Site, identifiers: list[str]) -> tuple[RosterRow, ...]:
    """Return the rows of some terminals; those that the town does not have are left out."""
    return _rows(site, site.ledger.conditions.named(identifiers))


def _rows(site: Site, found: list[Found]) -> tuple[RosterRow, ...]:
    newest = site.ledger.dictionary.revision() or None
    areas = {area.id: area.name for area in site.town.areas}
    return tuple(_row(site, one, areas, newest) for one in found)


def _row(site: Site, found: Found, areas: Mapping[str, str], newest: int | None) -> RosterRow:
    terminal, presence = found.terminal, found.presence
    state = _state(presence) if terminal.service is Service.IN_SERVICE else terminal.service.value
    return RosterRow(
        terminal=terminal.id,
        household=terminal.household,
        area=areas.get(terminal.area, terminal.area),
        service=terminal.service,
        state=state,
        state_word=_SERVICES.get(terminal.service) or _STATES[state],
        last_contact=moment(_last_contact(presence, found.since), site.town.time_zone) if presence else "—",
        speaker=SPEAKERS[presence.speaker] if presence and presence.online else "—",
        faults=_fault_words(presence) if presence and presence.online else (),
        refused=f"不正な信号を{presence.refused}件拒否" if presence and presence.refused else "",
        software=(presence.software or "—") if presence else "—",
        dictionary=f"辞書 第{presence.dictionary}版" if presence and presence.dictionary else "",
        outdated=outdated_dictionary(presence.dictionary, newest, "最新は") if presence and presence.online else "",
        unheard=f"{presence.unheard}件" if presence and presence.online else "—",
        language=_language_name(site, presence.language) if presence and presence.language else "",
        temperature=f"温度 {presence.temperature_celsius}℃"
        if presence and presence.temperature_celsius is not None
        else "",
        restart=f"自動で再起動: {presence.last_restart}" if presence and presence.last_restart else "",
    )


def _last_contact(presence: Presence, since: datetime | None) -> datetime:
    """Return when a terminal last spoke; of one that is away it is when it went."""
    return presence.sent if presence.online or since is None else since


def _language_name(site: Site, code: str) -> str:
    return next((language.name for language in site.town.languages if language.code == code), code)


def _state(presence: Presence | None) -> str:
    if presence is None:
        return "never"
    if not presence.online:
        return "offline"
    return "faulty" if faults(presence) else "online"


def _fault_words(presence: Presence) -> tuple[str, ...]:
    said = {
        Fault.SOUND: presence.speaker_detail,
        Fault.STORAGE: presence.storage_fault or f"空き{presence.disk_free_mib}MB",
        Fault.CLOCK: "",
        Fault.HEAT: f"{presence.temperature_celsius}℃",
    }
    return tuple(f"{FAULTS[fault]}{f'（{said[fault]}）' if said[fault] else ''}" for fault in faults(presence))
