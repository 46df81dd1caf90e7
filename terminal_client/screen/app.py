"""The web application of one terminal's screen."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from kokuchi.voice.languages import Language
from kokuchi.wire.fields import Identifier
from terminal_client.household import Household, Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.preferences import PreferenceStore
from terminal_client.screen.alive import PageLife, alive_routes
from terminal_client.screen.consultation import Desk, consultation_routes
from terminal_client.screen.past import past_routes
from terminal_client.screen.preferences import preference_routes
from terminal_client.screen.protection import Protection, require_json
from terminal_client.screen.volume import volume_routes

LOOPBACK = ("127.0.0.1", "localhost")

_HERE = Path(__file__).parent
_RECONNECT_MILLISECONDS = 1000
_TEMPLATES = Jinja2Templates(directory=_HERE / "templates")


class _Act(BaseModel):
    """Which revision of which alert an act is about."""

    model_config = ConfigDict(strict=True, extra="forbid")

    alert: Identifier
    revision: Annotated[int, Field(ge=1, le=10_000)]

    @property
    def key(self) -> Key:
        return Key(self.alert, self.revision)


def create_screen_app(
    *,
    screen: PageScreen,
    household: Household,
    desk: Desk,
    preferences: PreferenceStore,
    town_kinds: Callable[[], Mapping[str, str]],
    town_name: str,
    time_zone: str,
    terminal: str,
    page: PageLife,
    change_volume: Callable[[int], int],
    second_language: Callable[[], Language | None] = lambda: None,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """Return the page of this terminal, its events and its sounds, and the acts that it passes to the household.

    `second_language` and `town_kinds` are asked each time that they are shown. The page has no accounts: it is to be
    served on loopback alone, and answers only to `allowed_hosts`.
    """
    app = FastAPI(title="kokuchi screen", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False)
    app.add_middleware(Protection)
    app.add_exception_handler(RequestValidationError, _bad_input)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    for router in (
        _page(town_name, time_zone, terminal, second_language),
        _stream(screen),
        _acts(household),
        consultation_routes(desk),
        past_routes(household),
        preference_routes(preferences, town_kinds, household),
        alive_routes(page, terminal),
        volume_routes(change_volume),
    ):
        # As they are: included they would be worked out a second time.
        app.router.routes.extend(router.routes)
    return app


def _page(town_name: str, time_zone: str, terminal: str, second_language: Callable[[], Language | None]) -> APIRouter:
    router = APIRouter()
    pictograms = sorted(path.stem for path in (_HERE / "static" / "pictograms").glob("*.svg"))
    context = {
        "town_name": town_name,
        "time_zone": time_zone,
        "terminal": terminal,
        "pictograms": pictograms,
    }

    @router.get("/")
    async def page(request: Request) -> HTMLResponse:
        second = second_language()
        words = json.dumps(asdict(second.screen), ensure_ascii=False) if second else ""
        return _TEMPLATES.TemplateResponse(request, "screen.html", {**context, "second": second, "words": words})

    return router


def _stream(screen: PageScreen) -> APIRouter:
    router = APIRouter()

    # FastAPI adds a comment every 15 s, and cancels the watching as soon as the page leaves.
    @router.get("/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[ServerSentEvent]:
        async for kind, data in screen.watch():
            yield ServerSentEvent(
                event=kind, raw_data=json.dumps(data, ensure_ascii=False), retry=_RECONNECT_MILLISECONDS
            )

    @router.get("/sounds/{number}.wav")
    async def sound(number: int) -> Response:
        wav = screen.wav(number)
        if wav is None:
            raise HTTPException(404, "this sound has been played")
        return Response(wav, media_type="audio/wav")

    return router


def _acts(household: Household) -> APIRouter:
    router = APIRouter(dependencies=[Depends(require_json)])

    @router.post("/displayed", status_code=204)
    async def displayed(act: _Act) -> None:
        household.displayed(act.key)

    @router.post("/confirm", status_code=204)
    async def confirm(act: _Act) -> None:
        household.confirm(act.key)

    @router.post("/replay", status_code=204)
    async def replay(act: _Act) -> None:
        household.replay(act.key)

    return router


async def _bad_input(_request: Request, error: Any) -> JSONResponse:
    problems = [f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()]
    return JSONResponse({"detail": "; ".join(problems)}, status_code=422)
