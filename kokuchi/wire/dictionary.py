"""How this town's words are read: signed and retained, so that every terminal says them as the centre does."""

from typing import Annotated

from pydantic import Field

from kokuchi.wire.fields import Identifier, Instant, Message, Part, Text

DICTIONARY = "dictionary"
MAXIMUM_ENTRIES = 2000
MAXIMUM_WORD = 20
MAXIMUM_READING = 40
HIGHEST_REVISION = 2**31 - 1

NEVER_FIRST = ("ー", "ッ", "ァ", "ィ", "ゥ", "ェ", "ォ", "ャ", "ュ", "ョ", "ヮ")
"""Kana that nobody can say unless a sound stands before them; whoever edits a reading refuses it with one in front."""

DictionaryRevision = Annotated[int, Field(ge=1, le=HIGHEST_REVISION)]
"""Rises with every change."""


class Entry(Part):
    """A word as it is written and the katakana that is said for it, long vowels as ー or as kana.

    `accent` is the mora after which the pitch falls, 0 if it does not fall; None leaves it to the voice.
    """

    word: Annotated[Text, Field(min_length=1, max_length=MAXIMUM_WORD)]
    reading: Annotated[str, Field(pattern=rf"^[ァ-ヴー]{{1,{MAXIMUM_READING}}}$")]
    accent: Annotated[int, Field(ge=0, le=MAXIMUM_READING)] | None = None


class Dictionary(Message):
    """All words of a town at one revision; the highest revision stands, whatever order they arrive in."""

    town: Identifier
    identifier: Identifier = DICTIONARY
    revision: DictionaryRevision
    sent: Instant
    expires: Instant
    entries: Annotated[tuple[Entry, ...], Field(max_length=MAXIMUM_ENTRIES)] = ()
