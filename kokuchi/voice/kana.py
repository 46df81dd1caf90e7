"""The kana that the voice will say. Heavy once it is used: for the worker process, not for the terminal's own."""

import re

from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.normaliser import normalise
from kokuchi.voice.sentences import sentences

_NOT_SPOKEN = re.compile("[^ァ-ヴー、。！？]")
_END_INSIDE = re.compile("[。！？]+(?=.)")


def reading(text: str) -> str:
    """Return the katakana of a text as it is pronounced, with its 、 and 。, or raise EngineError.

    There is one line for each of sentences(text), so that each can find its own; a sentence without a sound is 「。」.
    """
    return "\n".join(_of_sentence(sentence) for sentence in sentences(text))


def _of_sentence(sentence: str) -> str:
    pronounced = open_jtalk().g2p(normalise(sentence), kana=True, use_sudachi_kanji_yomi=False, predict_nani=False)
    return _END_INSIDE.sub("、", _NOT_SPOKEN.sub("", pronounced)) or "。"
