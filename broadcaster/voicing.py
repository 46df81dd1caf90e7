"""The terminals' voice at the centre: for staff who want to hear what they wrote, and for the kana that goes along."""

from broadcaster.domain.town import Town
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.script import script_of
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

    async def render(self, alert: Alert) -> bytes:
        """Return the whole spoken alert as a WAV."""
        script = script_of(alert, self._town.name, self._town.kana)
        return (await self._voice.render(script, self._chimes)).to_wav()
