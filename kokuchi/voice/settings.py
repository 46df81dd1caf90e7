"""How the voice speaks: the table [voice] of both ends' settings."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kokuchi.configuration import Section
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.duration import PACE


class VoiceName(StrEnum):
    """Whose voice speaks: a woman's, or a man's low one, which many older listeners understand better."""

    NORMAL = "normal"
    LOW = "low"


Pace = Annotated[float, Field(ge=4.8, le=6.5)]
"""Morae per second, within the bounds in which the engines' pace was measured (kokuchi.voice.engines.hts_voices)."""


class VoiceSettings(Section):
    """Pace in morae per second, pause between phrases in seconds, and which voice."""

    pace: Pace = PACE
    pause: Annotated[float, Field(ge=0.2, le=2.0)] = PAUSE
    voice: VoiceName = VoiceName.NORMAL
