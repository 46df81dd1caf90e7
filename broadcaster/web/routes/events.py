"""The streams that keep pages up to date; each sends the parts that its page is made of."""

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from broadcaster.web.callbacks import Show
from broadcaster.web.live import live
from broadcaster.web.log_search import LogSearchDependency
from broadcaster.web.routes import alerts, dictionary, home, log, planned, requests, terminals, troubles
from broadcaster.web.sessions import Reader
from broadcaster.web.site import site_of

router = APIRouter()


@router.get("/events")
def home_events(request: Request, account: Reader) -> StreamingResponse:
    """Follow the first page."""
    return live(request, lambda: home.parts(request, account))


@router.get("/banner/events")
def banner_events(request: Request, _: Reader) -> StreamingResponse:
    """Follow what every page says at its top, on a page that does not move otherwise."""
    return live(request, list)


@router.get("/requests/events")
def request_events(request: Request, account: Reader, show: Show = Show.OPEN) -> StreamingResponse:
    """Follow who waits for a call."""
    return live(request, lambda: requests.parts(request, account, show))


@router.get("/requests/{row}/events")
def one_request_events(request: Request, row: int, account: Reader) -> StreamingResponse:
    """Follow who will call one household."""
    requests.state(request, account, row)  # a wish that is not there is an error now, not within the stream
    return live(request, lambda: [requests.state(request, account, row)])


@router.get("/planned/events")
def planned_events(request: Request, account: Reader, month: str = "") -> StreamingResponse:
    """Follow what waits and what is planned."""
    return live(request, lambda: planned.parts(request, account, month))


@router.get("/log/events")
def log_events(
    request: Request, _: Reader, search: LogSearchDependency, number: log.PageNumber = 1
) -> StreamingResponse:
    """Follow one page of the delivery log."""
    site = site_of(request)
    return live(request, lambda: log.parts(site, search, number))


@router.get("/terminals/events")
def terminal_events(
    request: Request, _: Reader, filters: terminals.Filters, number: terminals.PageNumber = 1, shown: str = ""
) -> StreamingResponse:
    """Follow the terminals that a page shows, and whether others would stand there now."""
    site = site_of(request)
    view = terminals.View(filters, number, shown or terminals.first_look(site, filters, number))
    return live(request, lambda: terminals.parts(site, view))


@router.get("/troubles/events")
def trouble_events(request: Request, _: Reader) -> StreamingResponse:
    """Follow what is wrong now."""
    site = site_of(request)
    return live(request, lambda: [troubles.standing(site)])


@router.get("/dictionary/events")
def dictionary_events(request: Request, _: Reader) -> StreamingResponse:
    """Follow how many terminals have the dictionary."""
    site = site_of(request)
    return live(request, lambda: [dictionary.reach(site)])


@router.get("/alerts/{identifier}/events")
def alert_events(
    request: Request,
    identifier: str,
    _: Reader,
    listed: alerts.ListPageDependency,
    revision: alerts.Revision = None,
) -> StreamingResponse:
    """Follow one revision of an alert, and the terminals that one page of its list has."""
    site = site_of(request)
    accepted = alerts.find_alert(site, identifier, revision)
    terminals = alerts.terminals_on(site, accepted, listed)
    return live(request, lambda: alerts.parts(site, accepted, listed, terminals))
