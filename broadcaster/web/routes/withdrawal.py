"""Taking an alert back."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.draft import withdraw
from broadcaster.ledger.alerts import Accepted, AlertExists
from broadcaster.web.acceptance import accept_revision
from broadcaster.web.forms import revision_of
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import facts, find_alert, to_alert
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import site_of

router = APIRouter()


@router.get("/alerts/{identifier}/withdraw")
def ask(request: Request, identifier: str, _: Sender) -> Response:
    """Ask whether to withdraw, and say how many have heard it."""
    accepted = find_alert(site_of(request), identifier)
    if accepted.alert.is_cancel:
        return to_alert(identifier)
    return _ask_page(request, accepted)


@router.post("/alerts/{identifier}/withdraw")
def withdraw_alert(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Accept the Cancel of an alert, or ask once more if it has been corrected since it was looked at."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    if accepted.alert.is_cancel:
        # Whoever was faster, this is what was wanted.
        return to_alert(identifier)
    if accepted.alert.revision != revision_of(form):
        return _ask_page(request, accepted, overtaken=True)
    try:
        accept_revision(site, withdraw(accepted.alert, site.clock()), account)
    except AlertExists:
        # Somebody else was faster in this very moment; now the ledger has what they did.
        return withdraw_alert(request, identifier, account, form)
    return to_alert(identifier)


def _ask_page(request: Request, accepted: Accepted, *, overtaken: bool = False) -> Response:
    site = site_of(request)
    heard = site.ledger.deliveries.heard(accepted.alert.identifier, accepted.alert.revision + 1)
    return page(
        request,
        "withdraw.html",
        status=409 if overtaken else 200,
        overtaken=overtaken,
        heard=heard,
        **facts(site, accepted),
    )
