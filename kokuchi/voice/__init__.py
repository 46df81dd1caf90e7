"""Text → spoken script → reading → sound.

Importing this package is cheap: the engines live in a worker process (kokuchi.voice.worker). What needs an engine in
its own process (kokuchi.voice.kana, kokuchi.voice.engines) is not imported here.
"""

from kokuchi.voice.chimes import Chimes
from kokuchi.voice.cues import PAUSE, Chime, Cue, Phrase, PhraseSource
from kokuchi.voice.duration import PACE, estimated_seconds, morae
from kokuchi.voice.errors import ChimeError, EngineError, SoundError, VoiceError, WorkerError
from kokuchi.voice.normaliser import normalise
from kokuchi.voice.script import contact_text, resumed, script_of
from kokuchi.voice.settings import VoiceName, VoiceSettings
from kokuchi.voice.sound import RATE, Sound, join, silence
from kokuchi.voice.speech import Voice
from kokuchi.voice.words import Broken, Sentence, Word

__all__ = [
    "PACE",
    "PAUSE",
    "RATE",
    "Broken",
    "Chime",
    "ChimeError",
    "Chimes",
    "Cue",
    "EngineError",
    "Phrase",
    "PhraseSource",
    "Sentence",
    "Sound",
    "SoundError",
    "Voice",
    "VoiceError",
    "VoiceName",
    "VoiceSettings",
    "Word",
    "WorkerError",
    "contact_text",
    "estimated_seconds",
    "join",
    "morae",
    "normalise",
    "resumed",
    "script_of",
    "silence",
]
