"""Hearing an alert before households do."""

import asyncio
import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from broadcaster.domain.draft import DraftError, compose
from broadcaster.web.forms import Written
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import site_of
from kokuchi.voice import VoiceError
from kokuchi.wire import Alert

router = APIRouter()
log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 60.0


@router.post("/alerts/preview-sound")
async def preview_sound(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the sound of what is written, or with why there is none."""
    try:
        alert = await _alert(request, Written.of(form))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return Response(await site_of(request).voice.render(alert), media_type="audio/wav")
    except DraftError as error:
        return _unwritten(error)
    except (VoiceError, TimeoutError) as error:
        return _unspoken(error)


@router.post("/alerts/preview-reading")
async def preview_reading(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the kana of what is written, or with why there is none."""
    voice = site_of(request).voice
    try:
        alert = await _alert(request, Written.of(form))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return JSONResponse(
                {"headline": await voice.reading(alert.headline), "body": await voice.reading(alert.body)}
            )
    except DraftError as error:
        return _unwritten(error)
    except (VoiceError, TimeoutError) as error:
        return _unspoken(error)


async def _alert(request: Request, written: Written) -> Alert:
    site = site_of(request)
    roster = await asyncio.to_thread(site.ledger.terminals.all)
    return compose(written.to_everyone().draft(site.town), site.town, roster, site.clock())


def _unwritten(error: DraftError) -> Response:
    message = "".join(problem.japanese for problem in error.problems)
    return JSONResponse({"message": message}, status_code=422)


def _unspoken(error: Exception) -> Response:
    log.warning("no preview", extra={"reason": str(error) or type(error).__name__})
    message = "いま音声を作れません。お知らせは、このまま送信できます。端末が自分の声で読み上げます。"
    return JSONResponse({"message": message}, status_code=503)
