"""From what was written to an alert that goes out: now, later or once somebody has approved of it.

The pages, the interface for programs and the clock send through here, so that one rule holds for all of them.
"""

from broadcaster.sending.sender import Sending, Submission, Submitted
from broadcaster.sending.voice import VoicePreview

__all__ = ["Sending", "Submission", "Submitted", "VoicePreview"]
