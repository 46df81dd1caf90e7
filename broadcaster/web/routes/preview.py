"""What the form shows while it is filled in: how a text reads and sounds, whom it reaches, what to improve."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from broadcaster.domain.advice import advise
from broadcaster.domain.draft import new_identifier
from broadcaster.domain.written import Written
from broadcaster.web.compose_form import contact_for
from broadcaster.web.forms import written_of
from broadcaster.web.reach import MOST_FOUND, reached, search
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import Site, site_of
from kokuchi.voice import VoiceError, contact_text, estimated_seconds, script_of
from kokuchi.wire import Alert, Audience, AudienceKind, Furigana, Reading, Ruby, Severity, Status

router = APIRouter()
log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
"""How long the form waits for kana; it asks again with the next change."""

_T = TypeVar("_T")


@router.post("/alerts/preview")
async def preview(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the kana, the furigana, the length and the advice for what is written, however unfinished it is."""
    site, written = site_of(request), written_of(form)
    reading = await _in_time(_reading(site, written)) or Reading(headline="", body="")
    furigana = await _in_time(_furigana(site, written)) or Furigana()
    seconds = _seconds(site, written, reading)
    contact = contact_for(site, written)
    advice = advise(written.headline, written.body, written.category, contact, site.town, seconds=seconds)
    return JSONResponse(
        {
            "headline": reading.headline,
            "body": reading.body,
            "furigana": {"headline": _spans(furigana.headline), "body": _spans(furigana.body)},
            "seconds": round(seconds) if seconds else None,
            "advice": [found.japanese for found in advice],
        }
    )


@router.post("/alerts/reach")
def reach(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with how many terminals the chosen audience has, and how many of them are away."""
    found = reached(site_of(request), written_of(form))
    return JSONResponse({"terminals": found.terminals, "words": found.japanese})


@router.get("/alerts/terminals")
def find_terminals(request: Request, _: Sender, words: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Answer with the terminals whose household, area or identifier has these words."""
    found = search(site_of(request), words)
    shown = [{"id": terminal.id, "household": terminal.household, "area": terminal.area} for terminal in found]
    return JSONResponse({"terminals": shown[:MOST_FOUND], "more": len(found) > MOST_FOUND})


async def _reading(site: Site, written: Written) -> Reading:
    contact = contact_text(contact_for(site, written))
    parts = {"headline": written.headline.strip(), "body": written.body.strip(), "contact": contact}
    said = {part: text for part, text in parts.items() if text}
    kana = dict(zip(said, await site.voice.readings(*said.values()), strict=True))
    return Reading(**{part: kana.get(part, "") for part in parts})


async def _furigana(site: Site, written: Written) -> Furigana:
    headline, body = written.headline.strip(), written.body.strip()
    return await site.voice.furigana(headline, body) if headline or body else Furigana()


async def _in_time(made: Coroutine[None, None, _T]) -> _T | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await made
    except (VoiceError, TimeoutError, ValidationError) as error:
        log.warning("previewed without kana", extra={"reason": str(error) or type(error).__name__})
        return None


def _seconds(site: Site, written: Written, reading: Reading) -> float | None:
    """Return about how long all of it sounds, or None for a text that no terminal would take."""
    town, draft, now = site.town, written.draft(site.town), site.clock()
    category = town.category(written.category)
    try:
        alert = Alert(
            town=town.id,
            identifier=new_identifier(now),
            sent=now,
            expires=now + timedelta(hours=1),
            status=Status.EXERCISE if draft.drill else Status.ACTUAL,
            category="preview",
            event="preview",
            severity=draft.severity or (category.severity if category else Severity.MINOR),
            audience=Audience(kind=AudienceKind.ALL),
            sender_name=town.office,
            headline=draft.headline.strip(),
            body=draft.body.strip(),
            contact=contact_for(site, written),
            reading=reading,
        )
    except ValidationError:
        return None
    return estimated_seconds(script_of(alert, town.name, town.kana))


def _spans(rubies: tuple[Ruby, ...]) -> list[tuple[int, int, str]]:
    return [(ruby.start, ruby.end, ruby.kana) for ruby in rubies]
