"""The terminals' voice at the centre: for staff who want to hear what they wrote, and for the kana that goes along."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from broadcaster.domain.town import Town
from broadcaster.lately import Lately
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.errors import VoiceError
from kokuchi.voice.languages import language_for
from kokuchi.voice.script import script_of
from kokuchi.voice.second_language import words_in
from kokuchi.voice.sound import join, silence
from kokuchi.voice.speech import Voice
from kokuchi.wire import Alert, Dictionary, Furigana

log = logging.getLogger(__name__)

_REMEMBERED = 50
"""So many texts are known by heart: what was just previewed is sent without asking the voice again."""


class CentreVoice:
    """What the pages need of the voice; its methods raise VoiceError.

    It reads by the dictionary that stands when it is asked, which is the terminals' too: `revision` tells which that
    is, `standing` returns it, both from a thread.
    """

    def __init__(
        self,
        voice: Voice,
        chimes: Chimes,
        town: Town,
        *,
        revision: Callable[[], int],
        standing: Callable[[], Dictionary | None],
    ) -> None:
        self._voice = voice
        self._chimes = chimes
        self._town = town
        self._revision = revision
        self._standing = standing
        self._tried = 0
        self._look: asyncio.Task[None] | None = None
        self._readings: Lately[str, str] = Lately(_REMEMBERED)
        self._furigana: Lately[tuple[str, str], Furigana] = Lately(_REMEMBERED)

    async def readings(self, *texts: str) -> list[str]:
        """Return the kana that the voice says for each of some texts."""
        await self._follow()
        # One after the other, as the voice answers: what is known already takes no turn of the loop.
        return [await self._readings.get(text, partial(self._voice.reading, text)) for text in texts]

    async def furigana(self, headline: str, body: str) -> Furigana:
        """Return what is written over the kanji of a headline and a body."""
        await self._follow()
        return await self._furigana.get((headline, body), lambda: self._voice.furigana_of(headline, body))

    async def render(self, alert: Alert, language: str = "") -> bytes:
        """Return the spoken alert as a WAV: the whole of it in Japanese, or what is said in a second language."""
        await self._follow()
        if not language:
            script = script_of(alert, self._town.name, self._town.kana)
            return (await self._voice.render(script, self._chimes)).to_wav()
        words = words_in(alert, language_for(language, self._town.names), after_hearing=True)
        spoken = [await self._voice.speak(phrase.text, language=language) for phrase in words]
        return join(part for sound in spoken for part in (sound, silence(PAUSE, sound.rate))).to_wav()

    async def _follow(self) -> None:
        """Read by the dictionary that stands now. Whoever asks in the same turn of the loop asks together."""
        if self._look is None:
            self._look = asyncio.create_task(self._use_what_stands())
            self._look.add_done_callback(_note)
        # Whoever loses patience does not take the look away from the others.
        await asyncio.shield(self._look)

    async def _use_what_stands(self) -> None:
        # What is changed from now on may be overlooked: whoever asks from now on looks anew.
        self._look = None
        if self._tried == await asyncio.to_thread(self._revision):
            return
        dictionary = await asyncio.to_thread(self._standing)
        if dictionary is None:
            return
        # One that cannot be used is tried once; the terminals cannot use it either.
        self._tried = dictionary.revision
        self._readings.clear()
        self._furigana.clear()
        try:
            await self._voice.use(dictionary)
        except VoiceError as error:
            log.error("dictionary not used", extra={"revision": dictionary.revision, "reason": str(error)})  # noqa: TRY400 - expected


def _note(look: asyncio.Task[None]) -> None:
    """Take a failure as known, though nobody may wait for it any more."""
    if not look.cancelled():
        look.exception()
