"""The pages of staff and operators. They write rows and read rows; whatever goes out is dispatch's."""

from broadcaster.web.application import create_app
from broadcaster.web.preview import VoicePreview

__all__ = ["VoicePreview", "create_app"]
