"""What a terminal says of itself; retained, and set to offline by its last will."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kokuchi.wire.dictionary import DictionaryRevision
from kokuchi.wire.fields import Identifier, Instant, Message, Text
from kokuchi.wire.settings import MAXIMUM_KEYS, SettingsRevision


class Speaker(StrEnum):
    """What became of the last attempt to play a sound."""

    UNTRIED = "untried"
    WORKING = "working"
    FAILED = "failed"


class Clock(StrEnum):
    """Whose word the terminal's time is."""

    CENTRE = "centre"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Presence(Message):
    """The state of a terminal at `sent`. In a last will, `sent` is when the connection was made.

    `refused` counts the messages that it did not take for want of a good signature: these cannot be reported as
    deliveries, since nothing in them can be believed. `language` is the code of the household's second language;
    `last_restart` tells which part froze last, and when it was started anew. `settings` is the revision of the settings
    that hold, and `keys` names the keys that are trusted, the oldest first. A later field must be optional and None by
    default, so that the golden messages stay as they are.
    """

    terminal: Identifier
    sent: Instant
    online: bool
    software: Annotated[Text, Field(max_length=40)] = ""
    started_at: Instant | None = None
    speaker: Speaker = Speaker.UNTRIED
    speaker_detail: Annotated[Text, Field(max_length=200)] = ""
    screen_attached: bool = False
    disk_free_mib: Annotated[int, Field(ge=0)] | None = None
    unheard: Annotated[int, Field(ge=0)] = 0
    refused: Annotated[int, Field(ge=0)] | None = None
    last_refusal: Annotated[Text, Field(max_length=200)] | None = None
    clock: Clock | None = None
    clock_ahead_seconds: int | None = None
    storage_fault: Annotated[Text, Field(max_length=200)] | None = None
    dictionary: DictionaryRevision | None = None
    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    language: Annotated[Text, Field(max_length=20)] | None = None
    temperature_celsius: Annotated[int, Field(ge=-100, le=200)] | None = None
    last_restart: Annotated[Text, Field(max_length=200)] | None = None
    settings: SettingsRevision | None = None
    keys: Annotated[tuple[Identifier, ...], Field(max_length=MAXIMUM_KEYS)] | None = None
