"""The kinds of value that messages are made of."""

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAJOR = 1
"""The version of the contract. A message of another major version is refused by name."""

IDENTIFIER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""CAP 1.2 forbids spaces, commas and markup in identifiers; MQTT forbids + # and / in one topic level."""


def to_milliseconds(value: datetime) -> datetime:
    """Return the same instant in UTC, cut to whole milliseconds, the precision of the wire and the ledger."""
    try:
        value = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside of the years 1 to 9999 in UTC") from error
    beyond = value.microsecond % 1000
    return value.replace(microsecond=value.microsecond - beyond) if beyond else value


def iso(value: datetime) -> str:
    """Return the instant as ISO 8601 in UTC with milliseconds and offset, which also sorts as text."""
    since = value - _EPOCH
    return f"{_to_the_second(since.days, since.seconds)}.{since.microseconds // 1000:03}+00:00"


@lru_cache(1024)
def _to_the_second(days: int, seconds: int) -> str:
    # Of a report's five instants most are of the seconds in which others reported, and datetime writes slowly.
    return (_EPOCH + timedelta(days, seconds)).isoformat()[:19]


Instant = Annotated[
    AwareDatetime, AfterValidator(to_milliseconds), PlainSerializer(iso, return_type=str, when_used="json")
]
"""A moment in time, in UTC, to the millisecond."""

Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
"""A name that is safe in CAP, in a topic and in a file name."""


def _printable(value: str) -> str:
    if value.isprintable():
        return value
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in value):
        raise ValueError("contains control characters")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise ValueError("contains half of a surrogate pair")
    return value


Text = Annotated[str, AfterValidator(_printable)]
"""Text without control characters other than line feeds and tabs."""


class Message(BaseModel):
    """What every message has in common: frozen, and tolerant of fields that a later minor version adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = Field(default=MAJOR, ge=MAJOR, le=MAJOR)


class Part(BaseModel):
    """A value inside a message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


JsonObject = dict[str, Any]
