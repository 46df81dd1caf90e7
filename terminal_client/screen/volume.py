"""The keys + and - of a keyboard, or of USB buttons that are one."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from terminal_client.screen.protection import require_json


class _Change(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    change: Annotated[int, Field(ge=-100, le=100)]


def volume_routes(change_volume: Callable[[int], int]) -> APIRouter:
    """Return the act that makes the household's volume louder or softer by so many percent."""
    router = APIRouter(dependencies=[Depends(require_json)])

    @router.post("/volume")
    async def volume(act: _Change) -> dict[str, int]:
        return {"volume": change_volume(act.change)}

    return router
