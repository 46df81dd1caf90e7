"""A sheet on paper for those who visit households that an alert has not reached."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import facts, find_alert
from broadcaster.web.sessions import Reader
from broadcaster.web.site import site_of
from broadcaster.web.visits import PAGE_SIZE, PROPOSED_GROUP, Choice, sheet
from broadcaster.web.words import moment

router = APIRouter()

WHO = {
    "unreached": "届いていない世帯",
    "unheard": "届いていないか、放送されていない世帯",
    "unconfirmed": "確認していない世帯",
}
ORDERS = {"first": "先に並べる", "only": "だけにする", "mixed": "分けない"}


@router.get("/alerts/{identifier}/visits")
def visits(
    request: Request,
    identifier: str,
    _: Reader,
    who: Literal["unreached", "unheard", "unconfirmed"] = "unreached",
    group: Annotated[str, Query(max_length=100)] = PROPOSED_GROUP,
    order: Literal["first", "only", "mixed"] = "first",
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """Show the sheet of the newest revision, to be printed."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    groups = {place.id: place.name for place in site.town.groups}
    chosen = group if group in groups else ""
    found = sheet(site, accepted, Choice(who, chosen, order), number)
    return page(
        request,
        "visits.html",
        sheet=found,
        who=who,
        who_words=WHO,
        group=chosen,
        order=order,
        order_words=ORDERS,
        number=number,
        pages=-(-found.households // PAGE_SIZE),
        printed=moment(site.clock(), site.town.time_zone),
        **facts(site, accepted),
    )
