"""Erasing the household of a terminal that was retired: for good, so it is asked before."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.service import Service
from broadcaster.domain.timing import day_in_words
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Manager
from broadcaster.web.site import Site, site_of

router = APIRouter()


@router.get("/terminals/{terminal}/erase")
def ask(request: Request, terminal: str, _: Manager) -> Response:
    """Ask before a household is erased."""
    site = site_of(request)
    service, erased = _find(site, terminal)
    found = site.ledger.terminals.get(terminal)
    until = site.households.in_backups_until()
    return page(
        request,
        "erase.html",
        terminal=terminal,
        household=found.household if found else "",
        retired=service is Service.RETIRED,
        erased=erased,
        until=_day(site, until) if until else "",
    )


@router.post("/terminals/{terminal}/erase")
def erase(request: Request, terminal: str, account: Manager, _: CheckedForm) -> Response:
    """Erase a household. Whoever comes second finds it done."""
    site = site_of(request)
    service, _erased = _find(site, terminal)
    if service is not Service.RETIRED:
        raise PageError(409, "まだ消去できません", "使われている端末です。先に、端末を廃止してください。")
    with storing():
        site.households.erase(terminal, account.name)
    return RedirectResponse(f"/terminals/{terminal}/erase", status_code=303)


def _find(site: Site, terminal: str) -> tuple[Service, bool]:
    state = site.ledger.erasure.state(terminal)
    if state is None:
        raise PageError(404, "端末が見つかりません", "「端末」から選びなおしてください。")
    return state


def _day(site: Site, until: datetime) -> str:
    local = until.astimezone(site.town.time_zone)
    return f"{local.year}年{day_in_words(local.date())}"
