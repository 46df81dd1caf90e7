"""The page of the first start, on loopback: it asks for the centre's address and the code, and needs digits only."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.middleware.trustedhost import TrustedHostMiddleware

from kokuchi.enrolment import Grant
from kokuchi.service_manager import ServiceManager
from kokuchi.serving import listen, serve
from terminal_client.enrolment.address import proposed
from terminal_client.enrolment.enrolling import Enrolling
from terminal_client.enrolment.errors import EnrolmentError
from terminal_client.screen.app import LOOPBACK
from terminal_client.screen.protection import Protection, require_json
from terminal_client.settings import FirstStart

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often it looks whether the device was enrolled from a shell meanwhile."""

PAGE_SECONDS = 30.0
"""A page that has not asked for so long is taken for dead by whoever watches the browser."""

_HERE = Path(__file__).parent
_SCREEN = _HERE.parent / "screen" / "static"

Enrol = Callable[[str, str], Awaitable[Grant]]


class _Typed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    address: Annotated[str, Field(max_length=200)]
    code: Annotated[str, Field(max_length=40)]


def create_enrolment_app(
    enrol: Enrol, address: str, on_enrolled: Callable[[], None], allowed_hosts: Sequence[str] = LOOPBACK
) -> FastAPI:
    """Return the page; `on_enrolled` is called once the page has been told that it is done."""
    app = FastAPI(title="kokuchi first start", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False)
    app.add_middleware(Protection)
    app.mount("/static", StaticFiles(directory=_SCREEN))
    app.mount("/first", StaticFiles(directory=_HERE / "static"))
    templates = Jinja2Templates(directory=_HERE / "templates")

    @app.get("/")
    async def page(request: Request) -> HTMLResponse:
        return templates.TemplateResponse(request, "first.html", {"address": address})

    drawn = -PAGE_SECONDS

    @app.get("/healthz")
    async def health(page: bool = False) -> dict[str, str | bool]:
        nonlocal drawn
        if page:
            drawn = time.monotonic()
        return {"status": "not enrolled", "page_alive": time.monotonic() - drawn < PAGE_SECONDS}

    @app.post("/enrol", dependencies=[Depends(require_json)])
    async def enrol_now(typed: _Typed) -> JSONResponse:
        try:
            grant = await enrol(typed.address, typed.code)
        except EnrolmentError as error:
            answer = {"trouble": error.trouble, "message": error.japanese, "wait_seconds": error.wait_seconds}
            return JSONResponse(answer, 409)
        return JSONResponse({"town": grant.town.name}, background=BackgroundTask(on_enrolled))

    return app


async def enrol_on_screen(enrolling: Enrolling, first_start: FirstStart, manager: ServiceManager) -> None:
    """Serve the page until the device is a terminal, or the process is told to end. Raises PortUnusable."""
    listener = listen(first_start.screen.host, first_start.screen.port)
    done, one_at_a_time = asyncio.Event(), asyncio.Lock()

    async def enrol(address: str, code: str) -> Grant:
        async with one_at_a_time:
            return await enrolling.enrol(address, code)

    async def until_enrolled() -> None:
        while not done.is_set():
            manager.alive("waits for the code of its first start")
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), LOOK_SECONDS)
            # One that is being written is not there yet.
            async with one_at_a_time:
                if enrolling.is_enrolled:
                    return

    application = create_enrolment_app(enrol, proposed(enrolling.remembered, first_start.centre), done.set)
    pages = asyncio.create_task(serve(application, listener))
    enrolled = asyncio.create_task(until_enrolled())
    manager.ready()
    log.info("not enrolled: the screen asks for a code", extra={"settings": str(enrolling.config)})
    try:
        await asyncio.wait([pages, enrolled], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (pages, enrolled):
            task.cancel()
        await asyncio.gather(pages, enrolled, return_exceptions=True)
        listener.close()
