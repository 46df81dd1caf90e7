"""The acts of 「相談したい」 on the page."""

import logging
import sqlite3
from typing import Annotated, Protocol, Self

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kokuchi.wire.fields import Identifier
from terminal_client.household import Key
from terminal_client.screen.protection import require_json

log = logging.getLogger(__name__)


class Desk(Protocol):
    """Who asks the town's desk for a call; both raise sqlite3.OperationalError if the disk takes nothing."""

    async def ask(self, alert: Key | None) -> None:
        """Ask for a call, about the alert on the screen if there is one."""

    async def withdraw(self) -> None:
        """Take the wish back."""


class _Wish(BaseModel):
    """Which revision of which alert the household has before its eyes; both null for none."""

    model_config = ConfigDict(strict=True, extra="forbid")

    alert: Identifier | None
    revision: Annotated[int, Field(ge=1, le=10_000)] | None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.alert is None) != (self.revision is None):
            raise ValueError("an alert has a revision")
        return self

    @property
    def key(self) -> Key | None:
        return Key(self.alert, self.revision) if self.alert and self.revision else None


def consultation_routes(desk: Desk) -> APIRouter:
    """Return the acts; 503 says that nothing was kept and the household is to press again."""
    router = APIRouter(dependencies=[Depends(require_json)])

    @router.post("/request", status_code=204)
    async def ask(wish: _Wish) -> None:
        try:
            await desk.ask(wish.key)
        except sqlite3.OperationalError as error:
            raise _not_kept(error) from error

    @router.post("/request/withdraw", status_code=204)
    async def withdraw() -> None:
        try:
            await desk.withdraw()
        except sqlite3.OperationalError as error:
            raise _not_kept(error) from error

    return router


def _not_kept(error: sqlite3.OperationalError) -> HTTPException:
    log.error("request not kept", extra={"reason": str(error)})
    return HTTPException(503, "this could not be kept; press again")
