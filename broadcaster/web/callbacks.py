"""Households that want to be called back, as the staff see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from broadcaster.domain.callback import SHOWN_FOR
from broadcaster.domain.roster import SERVICE_WORDS
from broadcaster.domain.service import Service
from broadcaster.ledger.requests import Request
from broadcaster.web.authors import author_name
from broadcaster.web.site import Site
from broadcaster.web.words import duration, moment

ON_ITS_WAY = timedelta(minutes=1)
"""A wish that took longer than this was made while the terminal was not connected, and the page says so."""

MAXIMUM_NOTE = 500
"""How many characters of what was talked about are kept."""


class Show(StrEnum):
    """Which wishes a page lists: those that wait, those of them that are the reader's own, those that are over."""

    OPEN = "open"
    MINE = "mine"
    OVER = "over"


@dataclass(frozen=True)
class CallbackRow:
    """One wish. `alert` is the identifier of what was on the screen, `headline` its text; both empty if there was none.

    `state` is open, done or withdrawn. `waited` is how long it has been open, `arrived` is said of those that came
    late, `outcome` of those that are over, `gone` of a terminal that has left service since. `taken_by` is the account
    that will call, `taken` the sentence that says so.
    """

    row: int
    household: str
    terminal: str
    gone: str
    area: str
    asked: str
    waited: str
    arrived: str
    alert: str
    headline: str
    state: str
    taken_by: str
    taken: str
    note: str
    outcome: str


def callbacks(site: Site, show: Show, account: str) -> tuple[CallbackRow, ...]:
    """Return what a page lists for this account: those who wait, the longest first; what is over, the newest first."""
    return tuple(callback_row(site, request) for request in _requests(site, show, account))


def callback_row(site: Site, request: Request) -> CallbackRow:
    """Return one wish as pages show it."""
    zone = site.town.time_zone
    asked_at, received_at = request.callback.asked_at, request.received_at
    alert, headline = _about(site, request)
    return CallbackRow(
        row=request.row,
        household=request.terminal.household,
        terminal=request.terminal.id,
        gone=_gone(request.terminal.service),
        area=next((area.name for area in site.town.areas if area.id == request.terminal.area), request.terminal.area),
        asked=moment(asked_at, zone),
        waited=duration(site.clock() - asked_at),
        arrived=moment(received_at, zone) if abs(received_at - asked_at) > ON_ITS_WAY else "",
        alert=alert,
        headline=headline,
        state="done" if request.done_at else "withdrawn" if request.callback.withdrawn_at else "open",
        taken_by=request.taken_by,
        taken=f"{author_name(site, request.taken_by)}さんが電話します" if request.taken_by else "",
        note=request.note,
        outcome=_outcome(site, request),
    )


def _requests(site: Site, show: Show, account: str) -> Iterable[Request]:
    match show:
        case Show.OPEN:
            return site.ledger.requests.open()
        case Show.MINE:
            return site.ledger.requests.taken_by(account)
        case Show.OVER:
            return site.ledger.requests.closed(site.clock() - SHOWN_FOR)


def _about(site: Site, request: Request) -> tuple[str, str]:
    identifier, revision = request.callback.alert, request.callback.revision
    if identifier is None or revision is None:
        return "", ""
    accepted = site.ledger.alerts.revision(identifier, revision)
    return (identifier, accepted.alert.headline) if accepted else ("", "")


def _gone(service: Service) -> str:
    return "" if service is Service.IN_SERVICE else f"{SERVICE_WORDS[service]}の端末"


def _outcome(site: Site, request: Request) -> str:
    zone = site.town.time_zone
    said = []
    if request.done_at:
        said.append(f"{moment(request.done_at, zone)}に{author_name(site, request.done_by)}さんが電話しました")
    if request.callback.withdrawn_at:
        said.append(f"{moment(request.callback.withdrawn_at, zone)}に世帯が取り消しました")
    return "。".join(said)
