"""Taking an alert back."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.draft import withdraw
from broadcaster.ledger.alerts import AlertExists
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import facts, find_alert
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import site_of
from kokuchi.wire import Topics

router = APIRouter()


@router.get("/alerts/{identifier}/withdraw")
def ask(request: Request, identifier: str, _: Sender) -> Response:
    """Ask whether to withdraw, and say how many have heard it."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    if accepted.alert.is_cancel:
        return _to_alert(identifier)
    heard = site.ledger.deliveries.heard(identifier, accepted.alert.revision + 1)
    return page(request, "withdraw.html", heard=heard, **facts(site, accepted))


@router.post("/alerts/{identifier}/withdraw")
def withdraw_alert(request: Request, identifier: str, account: Sender, _: CheckedForm) -> Response:
    """Accept the Cancel of an alert for the terminals that it was sent to."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    if not accepted.alert.is_cancel:
        cancel = withdraw(accepted.alert, site.clock())
        recipients = [line.terminal.id for line in site.ledger.deliveries.of_alert(accepted.row)]
        try:
            site.ledger.alerts.accept(
                cancel, Topics(site.town.id).of_audience(cancel.audience), recipients, account.name
            )
        except AlertExists:
            # Somebody else has withdrawn it in this moment, which is what was wanted.
            return _to_alert(identifier)
    return _to_alert(identifier)


def _to_alert(identifier: str) -> Response:
    return RedirectResponse(f"/alerts/{identifier}", status_code=303)
