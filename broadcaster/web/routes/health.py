"""Whether the process answers."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

router = APIRouter()


@router.get("/healthz")
async def health() -> PlainTextResponse:
    """Answer that the pages are served."""
    return PlainTextResponse("ok")
