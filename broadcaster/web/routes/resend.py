"""Sending an alert again to those whom it has not reached."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import Selection
from broadcaster.ledger.resends import SentAgainMeanwhile
from broadcaster.web.delivery_rows import count_selected
from broadcaster.web.errors import storing
from broadcaster.web.forms import revision_of
from broadcaster.web.pages import page
from broadcaster.web.prospect import circumstances_of, prospect_now
from broadcaster.web.routes.alerts import facts, find_alert, to_alert
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import moment

router = APIRouter()

_WHOM = ("unreached", "unheard")


@router.get("/alerts/{identifier}/resend")
def ask(request: Request, identifier: str, _: Sender) -> Response:
    """Ask whether to send it again, and say to how many."""
    return _ask_page(request, find_alert(site_of(request), identifier))


@router.post("/alerts/{identifier}/resend")
def resend(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Send it again, once however often the form is sent; whoever was second is told what the first one did."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    who, number = text_of(form, "who"), text_of(form, "number")
    if who not in _WHOM or not number.isdecimal() or accepted.alert.revision != revision_of(form):
        return _ask_page(request, accepted, overtaken=True)
    try:
        with storing():
            site.ledger.resends.add(accepted, int(number[:6]), who, account.name, site.clock())
    except SentAgainMeanwhile:
        return _ask_page(request, find_alert(site, identifier), overtaken=True)
    return to_alert(identifier)


def _ask_page(request: Request, accepted: Accepted, *, overtaken: bool = False) -> Response:
    site = site_of(request)
    if site.ledger.recovery.is_held(accepted.row):
        # Whether it still stands comes first; then it goes to all of them.
        return RedirectResponse("/held", status_code=303)
    resends = site.ledger.resends.of_alert(accepted.row)
    return page(
        request,
        "resend.html",
        status=409 if overtaken else 200,
        overtaken=overtaken,
        over=accepted.alert.expires <= site.clock(),
        counts={who: count_selected(site, accepted, Selection(who, in_service=True)) for who in _WHOM},
        serving=count_selected(site, accepted, Selection(in_service=True)),
        away=_away(site, accepted),
        number=len(resends) + 1,
        last=f"{moment(resends[-1].at, site.town.time_zone)}に、{resends[-1].terminals}台" if resends else "",
        **facts(site, accepted),
    )


def _away(site: Site, accepted: Accepted) -> int:
    circumstances = circumstances_of(accepted, prospect_now(site, accepted), site.clock())
    selections = [Selection(standing, in_service=True) for standing in ("never_seen", "offline")]
    return sum(site.ledger.progress.count(accepted.row, circumstances, selection) for selection in selections)
