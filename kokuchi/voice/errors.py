"""What can go wrong between a text and its sound.

VoiceError            anything below; catch this to carry on without a voice
├── EngineError       an engine that cannot run, or cannot say this text
├── WorkerError       the worker process has died, hangs or does not start
├── SoundError        bytes that are no sound, or sounds that do not fit together
└── ChimeError        a chime's file that is missing or is not as the terminal needs it
"""


class VoiceError(Exception):
    """A text or a chime that cannot be made audible; the message is written for the person who reads the log."""


class EngineError(VoiceError):
    """An engine that cannot run, or cannot say this text."""


class WorkerError(VoiceError):
    """The worker process has died, hangs or does not start."""


class SoundError(VoiceError):
    """Bytes that are no sound, or sounds that do not fit together."""


class ChimeError(VoiceError):
    """A chime's file that is missing or is not as the terminal needs it; the message says what to do."""
