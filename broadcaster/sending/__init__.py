"""From what was written to an alert that goes out: now, later or once somebody has approved of it.

The pages, the interface for programs and the clock send through here, so that one rule holds for all of them.
"""

from broadcaster.domain.policy import Need
from broadcaster.domain.timing import Timing
from broadcaster.sending.clock import PlannedSending
from broadcaster.sending.sender import MayNotApprove, Sending, Submission, Submitted
from broadcaster.sending.voice import VoicePreview

__all__ = ["MayNotApprove", "Need", "PlannedSending", "Sending", "Submission", "Submitted", "Timing", "VoicePreview"]
