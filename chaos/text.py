"""What the alerts of a run say: each revision names itself in its text, so that whoever hears it knows which it is."""

import re
from collections.abc import Iterable

from kokuchi.voice.cues import Cue, Phrase, PhraseSource
from terminal_client.household import Key

UNKNOWN = Key("unknown", 1)
"""What says nothing of itself."""

_NAME = re.compile(r"\(([a-z]+-\d+)/(\d+)\)")


def identifier_of(number: int) -> str:
    """Return the identifier of the alert with this number."""
    return f"chaos-{number:04}"


def forged_identifier_of(number: int) -> str:
    """Return an identifier that the town has never given."""
    return f"forged-{number:04}"


def body_of(key: Key) -> str:
    """Return a text that names its revision."""
    return f"ためしの本文です({key.alert}/{key.revision})。"


def heard(cues: Iterable[Cue]) -> Key:
    """Return which revision a performance is of. A Cancel has the text of the revision before it, and says so."""
    phrases = [cue for cue in cues if isinstance(cue, Phrase)]
    found = _NAME.search("".join(phrase.text for phrase in phrases))
    if found is None:
        return UNKNOWN
    withdrawn = any(phrase.source is PhraseSource.WITHDRAWAL for phrase in phrases)
    return Key(found[1], int(found[2]) + withdrawn)
