"""The kana of an alert, which is nice to have and never a reason not to warn."""

import asyncio
import logging

from pydantic import ValidationError

from broadcaster.web.preview import VoicePreview
from kokuchi.voice import VoiceError, contact_text
from kokuchi.wire import Contact, Furigana, Reading

PATIENCE_SECONDS = 2.0

log = logging.getLogger(__name__)


async def reading_or_none(voice: VoicePreview, headline: str, body: str, contact: Contact | None) -> Reading | None:
    """Return the kana of a text, or None if the voice has none, or none in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Reading(
                headline=await voice.reading(headline),
                body=await voice.reading(body),
                contact=await voice.reading(contact_text(contact)) if contact else "",
            )
    except (VoiceError, TimeoutError, ValidationError) as error:
        log.warning("sent without a reading", extra={"reason": str(error) or type(error).__name__})
        return None


async def furigana_or_none(voice: VoicePreview, headline: str, body: str) -> Furigana | None:
    """Return the kana over the kanji of a text, or None if the voice has none, or none in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await voice.furigana(headline, body)
    except (VoiceError, TimeoutError, ValidationError) as error:
        log.warning("sent without furigana", extra={"reason": str(error) or type(error).__name__})
        return None
