"""Where a device asks to become a terminal: JSON, without a session; who has a code that stands is granted one.

Over plain HTTP the answer can be read on its way: it is for the town's closed network, or for HTTPS before it.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from broadcaster.domain.service import Service
from broadcaster.ledger.enrolment import CodeRefused
from broadcaster.web.site import Site, site_of
from kokuchi.enrolment import MAXIMUM_REQUEST_BYTES, PATH, EnrolmentRequest, Refusal, Refused
from kokuchi.storage import UNWRITABLE

router = APIRouter()
log = logging.getLogger(__name__)

_EVERYBODY = "everybody"
_ASK = "役場に、新しい番号を頼んでください。"
_ANSWERS = {
    Refusal.WRONG: (403, "番号がちがいます。番号を確かめて、もう一度入れてください。"),
    Refusal.USED: (410, f"この番号は、もう使われています。{_ASK}"),
    Refusal.EXPIRED: (410, f"この番号は、期限が過ぎています。{_ASK}"),
    Refusal.SUPERSEDED: (410, "この番号は、古くなりました。いちばん新しい番号を入れてください。"),
    Refusal.OUT_OF_SERVICE: (410, "この番号の端末は、いま使われていません。役場に問い合わせてください。"),
    Refusal.THROTTLED: (429, "番号のまちがいが続きました。しばらくお待ちください。"),
    Refusal.MALFORMED: (400, "番号は、数字8けたで入れてください。"),
    Refusal.UNAVAILABLE: (503, "役場の機械が、いま登録できません。しばらくたってから、もう一度ためしてください。"),
}


@router.post(PATH)
async def enrol(request: Request) -> JSONResponse:
    """Grant a device its terminal, or say why not. Wrong codes are counted by address and in all."""
    site = site_of(request)
    wanted = await _read(request)
    host = request.url.hostname
    if wanted is None or not host:
        return _refuse(Refusal.MALFORMED)
    address = request.client.host if request.client else ""
    async with site.code_checks:
        if wait := _seconds_to_wait(site, address):
            log.warning("enrolment held up", extra={"address": address, "seconds": wait})
            return _refuse(Refusal.THROTTLED, wait)
        try:
            grant = await asyncio.to_thread(site.enrolment.enrol, wanted, host)
        except CodeRefused as refused:
            now = site.clock()
            site.code_throttle.failed(address, now)
            site.all_codes_throttle.failed(_EVERYBODY, now)
            why = _why(refused, now)
            if why is Refusal.WRONG:
                await asyncio.to_thread(_count_wrong, site, now)
            terminal = refused.code.terminal if refused.code else None
            log.warning("enrolment refused", extra={"address": address, "why": why, "terminal": terminal})
            return _refuse(why)
        except UNWRITABLE as error:
            log.error("enrolment failed", extra={"reason": str(error)})  # noqa: TRY400 - the reason says it all
            return _refuse(Refusal.UNAVAILABLE)
    site.code_throttle.succeeded(address)
    return JSONResponse(grant.model_dump(mode="json"))


def _count_wrong(site: Site, now: datetime) -> None:
    # Whoever guesses is refused all the same if the disk is full.
    with suppress(*UNWRITABLE):
        site.ledger.wrong_codes.count(now)


def _seconds_to_wait(site: Site, address: str) -> int:
    now = site.clock()
    return max(
        site.code_throttle.seconds_to_wait(address, now), site.all_codes_throttle.seconds_to_wait(_EVERYBODY, now)
    )


async def _read(request: Request) -> EnrolmentRequest | None:
    """Return what is asked, None if it is no such thing or is declared as something a page of another site may send."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAXIMUM_REQUEST_BYTES:
            return None
    try:
        return EnrolmentRequest.model_validate_json(body)
    except ValidationError:
        return None


def _why(refused: CodeRefused, now: datetime) -> Refusal:
    if refused.code is None:
        return Refusal.WRONG
    return Refusal(refused.code.state(now)) if refused.service is Service.IN_SERVICE else Refusal.OUT_OF_SERVICE


def _refuse(why: Refusal, wait: int = 0) -> JSONResponse:
    status, message = _ANSWERS[why]
    refused = Refused(error=why, message=message, wait_seconds=wait)
    return JSONResponse(refused.model_dump(mode="json"), status, {"Retry-After": str(wait)} if wait else None)
