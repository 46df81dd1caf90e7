"""What is wrong now."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.web import troubles
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of

router = APIRouter()


def standing(site: Site) -> Part:
    """Return the list, which moves as a whole."""
    return Part("standing", "parts/standing_troubles.html", {"standing": troubles.standing(site)})


@router.get("/troubles")
def show_troubles(request: Request, _: Reader) -> Response:
    """Show what is wrong now, and what to do."""
    return page(request, "troubles.html", standing=standing(site_of(request)).context["standing"])
