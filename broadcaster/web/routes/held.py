"""After the server was restored: alerts that wait for somebody to say whether they still stand."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.ledger.recovery import Held
from broadcaster.web.errors import storing
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import moment

router = APIRouter()


@dataclass(frozen=True)
class HeldRow:
    """One alert as staff see it. `surpassed` tells that terminals know a later text, or that it was withdrawn."""

    identifier: str
    headline: str
    event: str
    sent: str
    until: str
    surpassed: bool


@router.get("/held")
def show_held(request: Request, _: Sender) -> Response:
    """Show what waits."""
    site = site_of(request)
    now = site.clock()
    return page(
        request, "held.html", rows=[_row(site, held) for held in site.ledger.recovery.held() if held.stands(now)]
    )


@router.post("/held/{identifier}/release")
def release(request: Request, identifier: str, account: Sender, _: CheckedForm) -> Response:
    """Let an alert stand; it goes out to those who do not have it. Whoever comes second finds it done."""
    with storing():
        site = site_of(request)
        site.ledger.recovery.release(identifier, account.name, site.clock())
    return RedirectResponse("/held", status_code=303)


def _row(site: Site, held: Held) -> HeldRow:
    zone = site.town.time_zone
    return HeldRow(
        identifier=held.alert.identifier,
        headline=held.alert.headline,
        event=held.alert.event,
        sent=moment(held.alert.sent, zone),
        until=moment(held.alert.expires, zone),
        surpassed=held.surpassed_by is not None,
    )
