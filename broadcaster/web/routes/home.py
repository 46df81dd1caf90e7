"""The first page: write an alert, and how the latest ones and the terminals are."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.web.alert_list import summaries
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.roster import count_roster
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of

router = APIRouter()

_LATEST = 5


def parts(site: Site) -> list[Part]:
    """Return what moves on the page."""
    latest = summaries(site, site.ledger.alerts.newest(_LATEST))
    return [
        Part("terminals", "parts/terminal_counts.html", {"counts": count_roster(site)}),
        Part("latest", "parts/latest.html", {"alerts": latest}),
    ]


@router.get("/")
def home(request: Request, _: Reader) -> Response:
    """Show the first page."""
    return page(request, "home.html", parts=parts(site_of(request)))
