"""The operators' list of all alerts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.web.alert_list import summaries
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of

router = APIRouter()

PAGE_SIZE = 30

PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


def parts(site: Site, number: int) -> list[Part]:
    """Return the rows of one page of the list."""
    alerts = site.ledger.alerts.newest(PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return [
        Part(f"alert-{summary.identifier}", "parts/log_row.html", {"alert": summary})
        for summary in summaries(site, alerts)
    ]


@router.get("/log")
def show_log(request: Request, _: Reader, number: PageNumber = 1) -> Response:
    """Show one page of the list, the newest alerts first."""
    site = site_of(request)
    more = bool(site.ledger.alerts.newest(1, number * PAGE_SIZE))
    return page(request, "log.html", rows=parts(site, number), number=number, more=more)
