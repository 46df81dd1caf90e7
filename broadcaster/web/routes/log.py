"""The delivery log: every alert with its reach, searched by what operators remember of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.ledger.alerts import Accepted
from broadcaster.web.alert_list import summaries
from broadcaster.web.live import Part
from broadcaster.web.log_search import DRILLS, RESULTS, LogSearch, LogSearchDependency
from broadcaster.web.pages import page
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import LEVELS

router = APIRouter()

PAGE_SIZE = 30

PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


@dataclass(frozen=True)
class LogPage:
    """One page of what was found; one beyond the end is the last. `deliveries` is how many lines a file would have."""

    alerts: Sequence[Accepted]
    total: int
    deliveries: int
    number: int
    pages: int


def find(site: Site, search: LogSearch, number: int) -> LogPage:
    """Return a page of the log, the newest alerts first."""
    found = site.ledger.alert_search.all(search.wanted(site.town.time_zone))
    pages = max(1, -(-len(found.rows) // PAGE_SIZE))
    number = min(number, pages)
    shown = site.ledger.delivery_history.revisions(found.rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    return LogPage([each.accepted for each in shown], len(found.rows), found.deliveries, number, pages)


def parts(site: Site, search: LogSearch, number: int) -> list[Part]:
    """Return what moves: how many were found, and their rows."""
    return _parts(site, find(site, search, number))


def _parts(site: Site, found: LogPage) -> list[Part]:
    return [
        Part("found", "parts/log_found.html", {"alerts": found.total}),
        *(
            Part(f"alert-{summary.identifier}", "parts/log_row.html", {"alert": summary})
            for summary in summaries(site, found.alerts)
        ),
    ]


@router.get("/log")
def show_log(request: Request, _: Reader, search: LogSearchDependency, number: PageNumber = 1) -> Response:
    """Show one page of what is looked for."""
    site = site_of(request)
    found = find(site, search, number)
    count, *rows = _parts(site, found)
    return page(
        request,
        "log.html",
        rows=rows,
        count=count,
        deliveries=found.deliveries,
        number=found.number,
        pages=found.pages,
        search=search,
        query=search.query,
        categories=_categories(site, search),
        levels=[(level.value, word) for level, word in LEVELS.items()],
        drills=DRILLS.items(),
        areas=[(area.id, area.name) for area in site.town.areas],
        results=[(result.value, word) for result, word in RESULTS.items()],
    )


def _categories(site: Site, search: LogSearch) -> list[tuple[str, str]]:
    """Return the kinds that can be chosen; one that the town has no more stays chosen under its identifier."""
    known = {category.id: category.name for category in site.town.categories}
    gone = {search.category: search.category} if search.category else {}
    return list({**gone, **known}.items())
