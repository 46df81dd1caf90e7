"""The kana that the voice will say. Heavy once it is used: for the worker process, not for the terminal's own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.engines.user_dictionary import frontend
from kokuchi.voice.normaliser import index_of, normalise, rewritten
from kokuchi.voice.rewriting import Rewriting
from kokuchi.voice.rules.width import full_and_half
from kokuchi.voice.sentences import sentences
from kokuchi.wire import Entry

_NOT_SPOKEN = re.compile("[^ァ-ヴー、。！？]")
_PAUSES = ("、", "。", "！", "？")
_END_INSIDE = re.compile("[。！？]+(?=.)")

OPTIONS = {"use_sudachi_kanji_yomi": False, "predict_nani": False}
"""How Open JTalk is asked, for a reading and for a sound alike."""


class Reader:
    """Reads with the town's words. Raises EngineError if they cannot be used, or Open JTalk cannot run."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self._entries = entries
        self._words = index_of(entry.word for entry in entries)
        self._by_surface = {full_and_half(entry.word): entry for entry in entries}
        if entries:
            self.frontend  # noqa: B018 - a dictionary that cannot be used is an error now

    @cached_property
    def frontend(self) -> Any:
        """What Open JTalk reads with; made when it is first asked for, since not every device can run it."""
        return frontend(self._entries)

    def normalised(self, text: str) -> str:
        """Return what the engine is given for a text."""
        return normalise(text, self._words)

    def rewritten(self, text: str) -> Rewriting:
        """Return the same with the way back to the text as written."""
        return rewritten(text, self._words)

    def entry_of(self, surface: str) -> str:
        """Return the word and the reading of the dictionary's entry that the engine knows by this surface."""
        entry = self._by_surface.get(full_and_half(surface))
        return f"{entry.word} {entry.reading}" if entry else ""

    def reading(self, text: str) -> str:
        """Return the katakana of a text as it is pronounced, with its 、 and 。, or raise EngineError.

        There is one line for each of sentences(text), so that each can find its own; one without a sound is 「。」.
        """
        return "\n".join(map(self._of_sentence, sentences(text)))

    def _of_sentence(self, sentence: str) -> str:
        features = open_jtalk().run_frontend(self.normalised(sentence), jtalk=self.frontend, **OPTIONS)
        return as_said(map(pronunciation, features))


def pronunciation(feature: Mapping[str, Any]) -> str:
    """Return the kana of a word of Open JTalk's as it is said; a sign for which it only pauses is that sign."""
    said: str = feature["pron"].replace("’", "")
    written: str = feature.get("string") or feature["surface"]
    return written if said in _PAUSES else said


def as_said(kana: str | Iterable[str]) -> str:
    """Return a sentence's kana without what makes no sound, and with one full stop at most, at its end."""
    return _END_INSIDE.sub("、", _NOT_SPOKEN.sub("", "".join(kana))) or "。"
