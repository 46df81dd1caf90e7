"""Whether a page draws: it says so itself, again and again, each time after the browser has drawn something."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from kokuchi.pulse import Pulse
from terminal_client.screen.protection import require_json

PAGE_PATIENCE = 30.0
"""Three times the pause between two words of the page (PING_EVERY of alive.js)."""


class PageLife:
    """The page that somebody can see, if one is open."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self.is_frozen = False

    @property
    def is_alive(self) -> bool:
        """Whether a page has drawn lately."""
        return not (self._pulse.is_resting or self._pulse.is_overdue)

    def drew(self) -> None:
        """A page has drawn; it will say so again."""
        self.is_frozen = False
        self._pulse.expect(PAGE_PATIENCE)

    def left(self) -> None:
        """The page was closed, or is behind something else: nothing is to be expected of it."""
        self.is_frozen = False
        self._pulse.rest()

    def froze(self) -> None:
        """It is open, and draws no more."""
        self.is_frozen = True


class _Sign(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    visible: bool


def alive_routes(page: PageLife, terminal: str) -> APIRouter:
    """Return the act by which the page says that it draws, and what the kiosk's watch asks."""
    router = APIRouter()

    @router.post("/alive", status_code=204, dependencies=[Depends(require_json)])
    async def alive(sign: _Sign) -> None:
        if sign.visible:
            page.drew()
        else:
            page.left()

    @router.get("/healthz")
    async def health() -> dict[str, str | bool]:
        return {"status": "ok", "terminal": terminal, "page_alive": page.is_alive}

    return router
