"""What the alerts of a run say: each revision names itself in its text, so that whoever hears it knows which it is."""

import re
from collections.abc import Iterable, Sequence

from kokuchi.voice.cues import Cue, Phrase, PhraseSource
from terminal_client.household import Key

UNKNOWN = Key("unknown", 1)
"""What says nothing of itself."""

_REMEMBERED = 50
_NAME = re.compile(r"\(([a-z]+-\d+)/(\d+)\)")


def identifier_of(number: int) -> str:
    """Return the identifier of the alert with this number."""
    return f"chaos-{number:04}"


def forged_identifier_of(number: int) -> str:
    """Return an identifier that the town has never given."""
    return f"forged-{number:04}"


def headline_for(key: Key) -> str:
    """Return a headline that names its revision: of a Cancel it is all that is said of the text."""
    return f"放送のためし({key.alert}/{key.revision})"


def body_of(key: Key) -> str:
    """Return a text that names its revision."""
    return f"ためしの本文です({key.alert}/{key.revision})。"


class Listener:
    """Tells which revision a performance is of, also when it resumes and what names it was said before the cut."""

    def __init__(self) -> None:
        self._lately: list[tuple[Cue, Key]] = []

    def heard(self, script: Sequence[Cue]) -> Key:
        """Return the revision; what is left of a script ends with the very chime with which the whole would have."""
        for closing, key in self._lately:
            if closing is script[-1]:
                return key
        key = heard(script)
        self._lately = [(script[-1], key), *self._lately[:_REMEMBERED]]
        return key


def heard(cues: Iterable[Cue]) -> Key:
    """Return which revision a whole script is of. A Cancel has the text of the revision before it, and says so."""
    phrases = [cue for cue in cues if isinstance(cue, Phrase)]
    found = _NAME.search("".join(phrase.text for phrase in phrases))
    if found is None:
        return UNKNOWN
    withdrawn = any(phrase.source is PhraseSource.WITHDRAWAL for phrase in phrases)
    return Key(found[1], int(found[2]) + withdrawn)
