"""The record of what everybody did. There is no way here to change it: the ledger refuses that itself."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.domain.audit import SHELL, Deed, Wanted
from broadcaster.ledger.accounts import Account
from broadcaster.web.authors import author_name
from broadcaster.web.days import day_of, moments
from broadcaster.web.deeds import DEEDS, deed_line
from broadcaster.web.pages import page
from broadcaster.web.sessions import Auditor
from broadcaster.web.site import site_of

router = APIRouter()

PAGE_SIZE = 50

PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]
Text = Annotated[str, Query(max_length=100)]


@router.get("/audit")
def show_audit(
    request: Request,
    _: Auditor,
    person: Text = "",
    deed: Text = "",
    since: Text = "",
    until: Text = "",
    number: PageNumber = 1,
) -> Response:
    """Show one page of the record, the newest lines first, of a person, a deed or some days only if that is wanted."""
    site = site_of(request)
    first, end = moments(since, until, site.town.time_zone)
    wanted = Wanted(
        person=person,
        deed=Deed(deed) if deed in set(Deed) else None,
        since=first,
        until=end,
    )
    entries = site.ledger.audit.wanted(wanted, PAGE_SIZE + 1, (number - 1) * PAGE_SIZE)
    chosen = {
        "person": person,
        "deed": wanted.deed or "",
        "since": since if day_of(since) else "",
        "until": until if day_of(until) else "",
    }
    return page(
        request,
        "audit.html",
        lines=[deed_line(site, entry) for entry in entries[:PAGE_SIZE]],
        more=len(entries) > PAGE_SIZE,
        number=number,
        chosen=chosen,
        query=urlencode({name: value for name, value in chosen.items() if value}),
        people=[(name, author_name(site, name)) for name in _names(site.ledger.accounts.all())],
        deeds=[(known, DEEDS[known]) for known in Deed],
    )


def _names(accounts: list[Account]) -> list[str]:
    return [*(account.name for account in accounts), SHELL]
