"""The terminals as operators see them: how each one is, those in trouble first."""

from dataclasses import dataclass

from broadcaster.domain.delivery import Fault, faults
from broadcaster.web.site import Site
from broadcaster.web.words import FAULTS, SPEAKERS, moment, outdated_dictionary
from kokuchi.wire import Presence


@dataclass(frozen=True)
class RosterRow:
    """One terminal with what it last said of itself. `state` is online, faulty, offline or never."""

    terminal: str
    household: str
    area: str
    state: str
    state_word: str
    since: str
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


@dataclass(frozen=True)
class RosterCounts:
    """How many terminals are well, and how many are not."""

    total: int
    online: int
    offline: int
    never: int
    faulty: int


_STATES = {"offline": "接続なし", "faulty": "異常あり", "never": "未接続", "online": "正常"}


def roster(site: Site) -> list[RosterRow]:
    """Return every terminal, those in trouble first."""
    presences = site.ledger.presences.all()
    newest = site.ledger.dictionary.revision() or None
    areas = {area.id: area.name for area in site.town.areas}
    rows = []
    for terminal in site.ledger.terminals.all():
        presence = presences.get(terminal.id)
        state = _state(presence)
        rows.append(
            RosterRow(
                terminal=terminal.id,
                household=terminal.household,
                area=areas.get(terminal.area, terminal.area),
                state=state,
                state_word=_STATES[state],
                since=moment(presence.sent, site.town.time_zone) if presence else "—",
                speaker=SPEAKERS[presence.speaker] if presence else "—",
                faults=_fault_words(presence) if presence and presence.online else (),
                refused=f"不正な信号を{presence.refused}件拒否" if presence and presence.refused else "",
                software=(presence.software or "—") if presence else "—",
                dictionary=f"辞書 第{presence.dictionary}版" if presence and presence.dictionary else "",
                outdated=outdated_dictionary(presence.dictionary, newest, "最新は")
                if presence and presence.online
                else "",
                unheard=f"{presence.unheard}件" if presence else "—",
                language=_language_name(site, presence.language) if presence and presence.language else "",
                temperature=f"温度 {presence.temperature_celsius}℃"
                if presence and presence.temperature_celsius is not None
                else "",
                restart=f"自動で再起動: {presence.last_restart}" if presence and presence.last_restart else "",
            )
        )
    order = list(_STATES)
    return sorted(rows, key=lambda row: order.index(row.state))


def _language_name(site: Site, code: str) -> str:
    return next((language.name for language in site.town.languages if language.code == code), code)


def count_roster(site: Site) -> RosterCounts:
    """Return how many terminals are in which state."""
    presences = site.ledger.presences.all()
    states = [_state(presences.get(terminal.id)) for terminal in site.ledger.terminals.all()]
    return RosterCounts(
        total=len(states), **{state: states.count(state) for state in ("online", "offline", "never", "faulty")}
    )


def _state(presence: Presence | None) -> str:
    if presence is None:
        return "never"
    if not presence.online:
        return "offline"
    return "faulty" if faults(presence) else "online"


def _fault_words(presence: Presence) -> tuple[str, ...]:
    said = {
        Fault.SOUND: presence.speaker_detail,
        Fault.STORAGE: presence.storage_fault or "",
        Fault.CLOCK: "",
        Fault.HEAT: f"{presence.temperature_celsius}℃",
    }
    return tuple(f"{FAULTS[fault]}{f'（{said[fault]}）' if said[fault] else ''}" for fault in faults(presence))
