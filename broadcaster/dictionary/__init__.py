"""Changing the town's dictionary: words are tried with the terminals' voice before they are taken."""

from broadcaster.dictionary.editor import Editor, Examination, NotTaken
from broadcaster.dictionary.trial import TRIAL_SECONDS, Trial, VoiceTrial

__all__ = ["TRIAL_SECONDS", "Editor", "Examination", "NotTaken", "Trial", "VoiceTrial"]
