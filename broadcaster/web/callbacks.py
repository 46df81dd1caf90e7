"""Households that want to be called back, as the staff see them."""

from dataclasses import dataclass
from datetime import timedelta

from broadcaster.domain.callback import SHOWN_FOR
from broadcaster.ledger.requests import Request
from broadcaster.web.authors import author_name
from broadcaster.web.site import Site
from broadcaster.web.words import moment

ON_ITS_WAY = timedelta(minutes=1)
"""A wish that took longer than this was made while the terminal was not connected, and the page says so."""


@dataclass(frozen=True)
class CallbackRow:
    """One wish. `alert` is the identifier of what was on the screen, `headline` its text; both empty if there was none.

    `arrived` is said of those that came late, `outcome` of those that are over.
    """

    row: int
    household: str
    terminal: str
    area: str
    asked: str
    arrived: str
    alert: str
    headline: str
    outcome: str
    undoable: bool


def open_callbacks(site: Site) -> tuple[CallbackRow, ...]:
    """Return who waits for a call, the longest first."""
    return tuple(_row(site, request) for request in site.ledger.requests.open())


def closed_callbacks(site: Site) -> tuple[CallbackRow, ...]:
    """Return what was done or withdrawn lately, the newest first."""
    return tuple(_row(site, request) for request in site.ledger.requests.closed(site.clock() - SHOWN_FOR))


def _row(site: Site, request: Request) -> CallbackRow:
    zone = site.town.time_zone
    asked_at, received_at = request.callback.asked_at, request.received_at
    alert, headline = _about(site, request)
    return CallbackRow(
        row=request.row,
        household=request.terminal.household,
        terminal=request.terminal.id,
        area=next((area.name for area in site.town.areas if area.id == request.terminal.area), request.terminal.area),
        asked=moment(asked_at, zone),
        arrived=moment(received_at, zone) if abs(received_at - asked_at) > ON_ITS_WAY else "",
        alert=alert,
        headline=headline,
        outcome=_outcome(site, request),
        undoable=request.done_at is not None and request.callback.withdrawn_at is None,
    )


def _about(site: Site, request: Request) -> tuple[str, str]:
    identifier, revision = request.callback.alert, request.callback.revision
    if identifier is None or revision is None:
        return "", ""
    accepted = site.ledger.alerts.revision(identifier, revision)
    return (identifier, accepted.alert.headline) if accepted else ("", "")


def _outcome(site: Site, request: Request) -> str:
    zone = site.town.time_zone
    said = []
    if request.done_at:
        said.append(f"{moment(request.done_at, zone)}に{author_name(site, request.done_by)}さんが電話しました")
    if request.callback.withdrawn_at:
        said.append(f"{moment(request.callback.withdrawn_at, zone)}に取り消されました")
    return "。".join(said)
