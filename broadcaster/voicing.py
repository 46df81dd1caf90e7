"""The terminals' voice at the centre: for staff who want to hear what they wrote, and for the kana that goes along."""

from broadcaster.domain.town import Town
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.languages import language_for
from kokuchi.voice.script import script_of
from kokuchi.voice.second_language import words_in
from kokuchi.voice.sound import join, silence
from kokuchi.voice.speech import Voice
from kokuchi.wire import Alert


class CentreVoice:
    """What the pages need of the voice; its methods raise VoiceError."""

    def __init__(self, voice: Voice, chimes: Chimes, town: Town) -> None:
        self._voice = voice
        self._chimes = chimes
        self._town = town

    async def reading(self, text: str) -> str:
        """Return the kana that the voice says."""
        return await self._voice.reading(text)

    async def render(self, alert: Alert, language: str = "") -> bytes:
        """Return the spoken alert as a WAV: the whole of it in Japanese, or what is said in a second language."""
        if not language:
            script = script_of(alert, self._town.name, self._town.kana)
            return (await self._voice.render(script, self._chimes)).to_wav()
        words = words_in(alert, language_for(language, self._town.names), after_hearing=True)
        spoken = [await self._voice.speak(phrase.text, language=language) for phrase in words]
        return join(part for sound in spoken for part in (sound, silence(PAUSE, sound.rate))).to_wav()
