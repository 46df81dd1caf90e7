"""What the pages need of a voice, so that staff hear an alert before households do."""

from typing import Protocol

from kokuchi.wire import Alert, Furigana


class VoicePreview(Protocol):
    """A voice at the centre. All methods raise kokuchi.voice.VoiceError."""

    async def readings(self, *texts: str) -> list[str]:
        """Return the kana that is said for each of some texts."""

    async def furigana(self, headline: str, body: str) -> Furigana:
        """Return what is written over the kanji of a headline and a body."""

    async def render(self, alert: Alert, language: str = "") -> bytes:
        """Return a WAV file of all that a terminal says for this alert: in Japanese, or in a second language alone."""
