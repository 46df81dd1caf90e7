"""Hearing an alert before households do."""

import asyncio
import logging
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData

from broadcaster.domain.draft import DraftError, compose, correct
from broadcaster.web.forms import correction_of, written_of
from broadcaster.web.routes.alerts import find_alert
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import Site, site_of
from kokuchi.voice import VoiceError
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Alert, MessageType

router = APIRouter()
log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 60.0


@router.post("/alerts/preview-sound")
async def preview_sound(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the sound of what is written, or with why there is none."""
    return await _sound(request, lambda site: _new(site, form), _language(form))


@router.post("/alerts/preview-reading")
async def preview_reading(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the kana of what is written, or with why there is none."""
    return await _reading(request, lambda site: _new(site, form))


@router.post("/alerts/{identifier}/correct/preview-sound")
async def preview_corrected_sound(request: Request, identifier: str, _: Sender, form: CheckedForm) -> Response:
    """Answer with the sound of a correction, as those hear it who had heard the old text if there are any."""
    return await _sound(request, lambda site: _corrected(site, identifier, form), _language(form))


@router.post("/alerts/{identifier}/correct/preview-reading")
async def preview_corrected_reading(request: Request, identifier: str, _: Sender, form: CheckedForm) -> Response:
    """Answer with the kana of a correction."""
    return await _reading(request, lambda site: _corrected(site, identifier, form))


Make = Callable[[Site], Alert]
"""Makes the alert that is to be heard, or raises DraftError."""


def _language(form: FormData) -> str:
    """Return the second language that is to be heard, or nothing for Japanese."""
    code = text_of(form, "language")
    return code if code in LANGUAGES else ""


async def _sound(request: Request, make: Make, language: str) -> Response:
    site = site_of(request)
    try:
        alert = await asyncio.to_thread(make, site)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return Response(await site.voice.render(alert, language), media_type="audio/wav")
    except DraftError as error:
        return _unwritten(error)
    except (VoiceError, TimeoutError) as error:
        return _unspoken(error)


async def _reading(request: Request, make: Make) -> Response:
    site = site_of(request)
    try:
        alert = await asyncio.to_thread(make, site)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            headline, body = await site.voice.readings(alert.headline, alert.body)
        return JSONResponse({"headline": headline, "body": body})
    except DraftError as error:
        return _unwritten(error)
    except (VoiceError, TimeoutError) as error:
        return _unspoken(error)


def _new(site: Site, form: FormData) -> Alert:
    draft = written_of(form).to_everyone().draft(site.town)
    return compose(draft, site.town, site.ledger.terminals.all(), site.clock())


def _corrected(site: Site, identifier: str, form: FormData) -> Alert:
    before, written = find_alert(site, identifier).alert, correction_of(form)
    alert = correct(before, written.headline, written.body, site.town, site.clock(), translations=written.translations)
    if site.ledger.deliveries.heard(identifier, alert.revision):
        return alert
    # To who has heard nothing yet it is not said to be a correction.
    return alert.model_copy(update={"message_type": MessageType.ALERT, "revision": 1, "references": ()})


def _unwritten(error: DraftError) -> Response:
    message = "".join(problem.japanese for problem in error.problems)
    return JSONResponse({"message": message}, status_code=422)


def _unspoken(error: Exception) -> Response:
    log.warning("no preview", extra={"reason": str(error) or type(error).__name__})
    message = "いま音声を作れません。お知らせは、このまま送信できます。端末が自分の声で読み上げます。"
    return JSONResponse({"message": message}, status_code=503)
