"""The terminals and how they are."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.roster import count_roster, roster
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of

router = APIRouter()


def rows(site: Site) -> list[Part]:
    """Return the row of each terminal."""
    return [Part(f"terminal-{row.terminal}", "parts/roster_row.html", {"row": row}) for row in roster(site)]


def counts(site: Site) -> Part:
    """Return how many terminals are in which state."""
    return Part("terminals", "parts/terminal_counts.html", {"counts": count_roster(site)})


@router.get("/terminals")
def show_terminals(request: Request, _: Reader) -> Response:
    """Show the roster, those in trouble first."""
    site = site_of(request)
    return page(request, "terminals.html", rows=rows(site), counts=counts(site))
