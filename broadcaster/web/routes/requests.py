"""Households that want to be called back, and that somebody has called them."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web import sessions
from broadcaster.web.callbacks import closed_callbacks, open_callbacks
from broadcaster.web.errors import storing
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Reader, Sender
from broadcaster.web.site import site_of

router = APIRouter()


def parts(request: Request, account: Account) -> list[Part]:
    """Return who waits for a call, and what is over."""
    site = site_of(request)
    acts = {"may_send": may(account.role, Act.SEND), "csrf": sessions.token_of(request)}
    return [
        Part("open-requests", "parts/open_requests.html", {"rows": open_callbacks(site), **acts}),
        Part("closed-requests", "parts/closed_requests.html", {"rows": closed_callbacks(site), **acts}),
    ]


@router.get("/requests")
def show_requests(request: Request, account: Reader) -> Response:
    """Show who waits for a call, those who wait longest first."""
    waiting, over = parts(request, account)
    return page(request, "requests.html", waiting=waiting, over=over)


@router.post("/requests/{row}/done")
def finish(request: Request, row: int, account: Sender, _: CheckedForm) -> Response:
    """Note that this household has been called; if a colleague was faster, that stands."""
    site = site_of(request)
    with storing():
        site.ledger.requests.finish(row, account.name, site.clock())
    return _to_requests()


@router.post("/requests/{row}/reopen")
def reopen(request: Request, row: int, _account: Sender, _: CheckedForm) -> Response:
    """Note that this household has not been called after all."""
    with storing():
        site_of(request).ledger.requests.reopen(row)
    return _to_requests()


def _to_requests() -> Response:
    return RedirectResponse("/requests", status_code=303)
