"""Whether the process answers, and whether the centre can take an alert."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from broadcaster.domain.incident import Kind
from broadcaster.domain.judging import HEARTBEAT_LOST
from broadcaster.web.site import Site, site_of

router = APIRouter()

_NOT_READY = {
    Kind.OUTBOX_STUCK: "alerts wait though the broker is connected: the dispatcher stands still",
    Kind.KEY_MISSING: "the signing key is missing",
    Kind.DATABASE_DAMAGED: "the ledger is damaged",
}


@router.get("/healthz")
async def health() -> PlainTextResponse:
    """Answer that the pages are served."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """Answer whether an alert that is written now is kept and goes out: 200, or 503 with the reasons.

    A broker that is away is no reason: staff can write all the same and it goes out by itself, so nobody must take the
    pages away from them for that.
    """
    site = site_of(request)
    wrong = [_NOT_READY[one.kind] for one in site.overseer.now().incidents if one.kind in _NOT_READY]
    reasons = [*_stands_still(site), *wrong]
    told = {"ready": not reasons, "reasons": reasons, "broker_connected": site.ledger.broker.is_connected()}
    return JSONResponse(told, 503 if reasons else 200)


def _stands_still(site: Site) -> list[str]:
    beat = site.ledger.heartbeat.last()
    if beat and abs(site.clock() - beat.at) <= HEARTBEAT_LOST:
        return []
    return ["the ledger was not written for a minute: its disk is full or read-only, or the watch stands still"]
