"""The kana of an alert, which is nice to have and never a reason not to warn."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

from pydantic import ValidationError

from broadcaster.sending.voice import VoicePreview
from kokuchi.voice import VoiceError, contact_text
from kokuchi.wire import Contact, Furigana, Reading

PATIENCE_SECONDS = 2.0

log = logging.getLogger(__name__)

_T = TypeVar("_T")


async def reading_or_none(voice: VoicePreview, headline: str, body: str, contact: Contact | None) -> Reading | None:
    """Return the kana of a text, or None if the voice has none, or none in time."""
    return await _in_time("sent without a reading", _reading(voice, headline, body, contact))


async def furigana_or_none(voice: VoicePreview, headline: str, body: str) -> Furigana | None:
    """Return the kana over the kanji of a text, or None if the voice has none, or none in time."""
    return await _in_time("sent without furigana", voice.furigana(headline, body))


async def _reading(voice: VoicePreview, headline: str, body: str, contact: Contact | None) -> Reading:
    texts = [headline, body, *([contact_text(contact)] if contact else [])]
    said = await voice.readings(*texts)
    return Reading(headline=said[0], body=said[1], contact=said[2] if contact else "")


async def _in_time(else_told: str, made: Coroutine[None, None, _T]) -> _T | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await made
    except (VoiceError, TimeoutError, ValidationError) as error:
        log.warning(else_told, extra={"reason": str(error) or type(error).__name__})
        return None
