"""The pages of staff and operators. They write rows and read rows; whatever goes out is dispatch's."""

from broadcaster.sending.voice import VoicePreview
from broadcaster.web.application import create_app

__all__ = ["VoicePreview", "create_app"]
