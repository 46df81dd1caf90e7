"""Builds the application from its parts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from broadcaster.access import Access
from broadcaster.dictionary import Editor
from broadcaster.domain.session import LONGEST
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.monitoring import Overseer
from broadcaster.monitoring.figures import Figures
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.provisioning.households import Households
from broadcaster.sending import Sending, VoicePreview
from broadcaster.web.api import mount_api
from broadcaster.web.assets import Assets
from broadcaster.web.errors import NotLoggedIn, NotStored, PageError, error_of_status
from broadcaster.web.pages import bare_error_page, error_page, not_stored_page
from broadcaster.web.protection import Protection, protect
from broadcaster.web.routes import ROUTERS
from broadcaster.web.sessions import written_form
from broadcaster.web.site import Site
from broadcaster.web.stopwatch import Stopwatch
from kokuchi.storage import StorageUnwritable


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    *,
    ledger: Ledger,
    town: Town,
    voice: VoicePreview,
    editor: Editor,
    enrolment: Enrolment,
    sending: Sending,
    session_secret: str,
    secure_cookies: bool,
    households: Households | None = None,
    public_address: str | None = None,
    clock: Callable[[], datetime] = _now,
    overseer: Overseer | None = None,
    figures: Figures | None = None,
    metrics_open_on_loopback: bool = False,
) -> FastAPI:
    """Return the pages as an ASGI application; the ledger stays the caller's to close.

    Without an overseer the pages look at the ledger alone, anew each time.
    """
    overseer = overseer or Overseer(ledger, clock, rests=timedelta(0))
    figures = figures or Figures(ledger, overseer, clock)
    app = FastAPI(title="kokuchi", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = Site(
        ledger=ledger,
        access=Access(ledger, session_secret, clock),
        town=town,
        voice=voice,
        editor=editor,
        enrolment=enrolment,
        sending=sending,
        overseer=overseer,
        figures=figures,
        metrics_open_on_loopback=metrics_open_on_loopback,
        households=households or Households(ledger, None, None, clock),
        public_address=public_address,
        clock=clock,
    )
    app.add_middleware(
        SessionMiddleware,
        secret_key=session_secret,
        session_cookie="kokuchi",
        max_age=int(LONGEST.total_seconds()),
        same_site="lax",
        https_only=secure_cookies,
    )
    app.add_middleware(Protection)
    app.add_middleware(Stopwatch, figures=figures)
    mount_api(app, app.state.site)
    app.mount("/static", Assets())
    for router in ROUTERS:
        # As they are: included they would be worked out a second time, all at the first request.
        app.router.routes.extend(router.routes)
    app.add_exception_handler(NotLoggedIn, _lead_to_login)
    app.add_exception_handler(PageError, _show_error)
    app.add_exception_handler(NotStored, _show_not_stored)
    app.add_exception_handler(StorageUnwritable, _show_away)
    app.add_exception_handler(HTTPException, _show_status)
    app.add_exception_handler(RequestValidationError, _show_invalid)
    app.add_exception_handler(Exception, _show_failure)
    return app


def _lead_to_login(_: Request, error: Exception) -> Response:
    path, ended = (error.path, error.ended) if isinstance(error, NotLoggedIn) else ("/", False)
    more = {"ended": "1"} if ended else {}
    return RedirectResponse(URL("/login").include_query_params(next=path, **more), status_code=303)


def _show_error(request: Request, error: Exception) -> Response:
    return error_page(request, error if isinstance(error, PageError) else error_of_status(500))


async def _show_not_stored(request: Request, error: Exception) -> Response:
    advice = error.advice if isinstance(error, NotStored) else str(error)
    # The route has checked this form already; it is kept with the request.
    return not_stored_page(request, advice, await request.form())


async def _show_away(request: Request, error: Exception) -> Response:
    # The layout of other pages would ask the same ledger who this is.
    fault = NotStored.because_of(error) if isinstance(error, StorageUnwritable) else None
    advice = fault.advice if fault else error_of_status(500).advice
    try:
        form = await written_form(request)
    except PageError as refused:
        return bare_error_page(request, refused)
    if form is not None:
        return not_stored_page(request, advice, form)
    return bare_error_page(request, PageError(503, "いまは使えません", advice))


def _show_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = error_page(request, error_of_status(status))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _show_invalid(request: Request, _: Exception) -> Response:
    return error_page(request, error_of_status(422))


def _show_failure(request: Request, _: Exception) -> Response:
    # Starlette answers this one outside of all middleware, so the headers are set here.
    response = bare_error_page(request, error_of_status(500))
    protect(response.headers)
    return response
