"""The terminals and how they are, page by page, those in trouble first."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from broadcaster.domain.condition import Condition
from broadcaster.domain.roles import Act, may
from broadcaster.domain.roster import SERVICE_WORDS
from broadcaster.domain.service import Service
from broadcaster.ledger.conditions import Wanted
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.roster import PAGE_SIZE, RosterRow, roster_page, roster_rows
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import CONDITIONS

router = APIRouter()

TROUBLED = "troubled"
"""The filter for terminals with any condition."""

_LONGEST_WORDS = 40

PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


def _filters(
    condition: Annotated[str, Query(pattern=f"^({'|'.join(Condition)}|{TROUBLED}|)$")] = "",
    area: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    group: Annotated[str, Query(max_length=64)] = "",
    service: Service = Service.IN_SERVICE,
) -> Wanted:
    single = Condition(condition) if condition in set(Condition) else None
    return Wanted(single, condition == TROUBLED, area, q.strip()[:_LONGEST_WORDS], group, service)


Filters = Annotated[Wanted, Depends(_filters)]
"""What the reader wants to see, from the address."""


@dataclass(frozen=True)
class View:
    """What a page shows: the filters, its number, and the terminals that stood on it when it was made."""

    wanted: Wanted
    number: int
    shown: str


def parts(site: Site, view: View) -> list[Part]:
    """Return what moves: the counts, the rows that stand on the page, and a word if others would stand there now.

    Rows do not change their places under a reader's finger.
    """
    rows = roster_rows(site, view.shown.split(",")[:PAGE_SIZE])
    moved = roster_page(site, view.wanted, view.number).shown != view.shown
    return [
        counts(site, view.wanted),
        Part(
            "moved",
            "parts/roster_moved.html",
            {"address": address(view.wanted, view.number), "moved": moved},
        ),
        *(_part(row) for row in rows),
    ]


def counts(site: Site, wanted: Wanted) -> Part:
    """Return how many terminals are in which state."""
    context = {"health": site.ledger.conditions.health(), "conditions": CONDITIONS, "wanted": wanted}
    return Part("terminals", "parts/terminal_counts.html", context)


def first_look(site: Site, wanted: Wanted, number: int) -> str:
    """Return which terminals a page shows that does not say it."""
    return roster_page(site, wanted, number).shown


def address(wanted: Wanted, number: int, **more: str) -> str:
    """Return the query that shows this page again."""
    condition = TROUBLED if wanted.troubled else wanted.condition or ""
    fields = {"condition": str(condition), "area": wanted.area, "group": wanted.group, "q": wanted.words}
    fields |= {"service": wanted.service, "page": str(number), **more}
    usual = (("page", "1"), ("service", Service.IN_SERVICE))
    return urlencode({name: str(value) for name, value in fields.items() if value and (name, value) not in usual})


@router.get("/terminals")
def show_terminals(request: Request, account: Reader, filters: Filters, number: PageNumber = 1) -> Response:
    """Show a page of the roster."""
    site = site_of(request)
    found = roster_page(site, filters, number)
    return page(
        request,
        "terminals.html",
        rows=[_part(row) for row in found.rows],
        counts=counts(site, filters),
        found=found,
        wanted=filters,
        condition=TROUBLED if filters.troubled else filters.condition or "",
        filtered=filters != Wanted(),
        begun=site.ledger.terminals.has_any(),
        conditions=CONDITIONS,
        services=SERVICE_WORDS,
        may_enrol=may(account.role, Act.ENROL),
        follow=address(filters, found.number, shown=found.shown),
        earlier=address(filters, found.number - 1),
        later=address(filters, found.number + 1),
    )


def _part(row: RosterRow) -> Part:
    return Part(f"terminal-{row.terminal}", "parts/roster_row.html", {"row": row})
