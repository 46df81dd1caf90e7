"""All that is to come: what waits for approval, what is planned, and what did not go out at its time."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.submissions import State
from broadcaster.web.calendar import month_of
from broadcaster.web.errors import storing
from broadcaster.web.forms import revision_of
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.planned import lapses, rows
from broadcaster.web.sent_alone import untold
from broadcaster.web.sessions import CheckedForm, Reader, Sender, token_of
from broadcaster.web.site import site_of

router = APIRouter()


def parts(request: Request, account: Account, month: str) -> list[Part]:
    """Return what moves on the page."""
    site = site_of(request)
    acts = {"may_send": may(account.role, Act.SEND), "csrf": token_of(request)}
    returned = tuple(row for row in rows(site, account, State.RETURNED) if row.note)
    return [
        Part("lapses", "parts/lapses.html", {"lapses": lapses(site, account), **acts}),
        Part("untold", "parts/untold.html", {"rows": untold(site, account), **acts}),
        Part(
            "waiting",
            "parts/waiting.html",
            {
                "rows": rows(site, account, State.WAITING),
                "may_send": may(account.role, Act.SEND),
                "may_approve": may(account.role, Act.APPROVE),
            },
        ),
        Part("returned", "parts/returned.html", {"rows": returned}),
        Part("upcoming", "parts/upcoming.html", {"rows": rows(site, account, State.PLANNED), **acts}),
        Part("month", "parts/month.html", {"month": month_of(site, month)}),
    ]


@router.get("/planned")
def show_planned(request: Request, account: Reader, month: str = "") -> Response:
    """Show what waits and what is planned."""
    found = {part.id: part for part in parts(request, account, month)}
    return page(request, "planned.html", parts=found, month=month)


@router.post("/planned/{identifier}/settle")
def settle(request: Request, identifier: str, account: Sender, _: CheckedForm) -> Response:
    """Note that somebody has seen to what did not go out; if a colleague was faster, that stands."""
    site = site_of(request)
    with storing():
        site.ledger.timetable.settle(identifier, account.name, site.clock())
    return RedirectResponse("/planned", status_code=303)


@router.post("/planned/{identifier}/seen")
def see(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Note that this account knows that an emergency or a correction went out with a reason."""
    site = site_of(request)
    with storing():
        site.ledger.sent_alone.tell(identifier, revision_of(form), account.name, site.clock())
    return RedirectResponse("/planned", status_code=303)
