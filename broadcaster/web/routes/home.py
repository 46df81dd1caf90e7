"""The first page: what runs, what is due, who waits for a call, what is wrong, what was sent."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web.live import Part
from broadcaster.web.overview import due, last_heard, months, running, waits
from broadcaster.web.pages import page
from broadcaster.web.sessions import Reader
from broadcaster.web.site import site_of
from broadcaster.web.troubles import at_home
from broadcaster.web.words import CONDITIONS

router = APIRouter()


def parts(request: Request, account: Account) -> list[Part]:
    """Return what moves on the page, which is all of it."""
    site = site_of(request)
    acts = {f"may_{act}": may(account.role, act) for act in (Act.SEND, Act.ENROL, Act.MANAGE)}
    health, waiting = site.ledger.conditions.health(), site.ledger.requests.waiting()
    alerts, more = running(site)
    begun = site.ledger.terminals.has_any()
    drafts = len(site.ledger.drafts.unsent()) if acts["may_send"] else 0
    return [
        Part("start", "parts/start.html", {"heard": last_heard(site), "begun": begun, **acts}),
        Part("running", "parts/running.html", {"alerts": alerts, "more": more}),
        Part("due", "parts/due.html", {"due": due(site), "drafts": drafts, **acts}),
        Part("waiting", "parts/waiting_calls.html", {"waiting": waiting, "waits": waits(site, waiting)}),
        Part("troubles", "parts/troubles_at_home.html", {"troubles": at_home(site)}),
        Part("health", "parts/health.html", {"health": health, "conditions": CONDITIONS}),
        Part("months", "parts/months.html", {"months": months(site)}),
    ]


@router.get("/")
def home(request: Request, account: Reader) -> Response:
    """Show the first page."""
    return page(request, "home.html", parts={part.id: part for part in parts(request, account)})
