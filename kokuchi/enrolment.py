"""How a device becomes a terminal: what it asks the centre over HTTP with a code, and what it is granted.

This is no part of the wire: it happens once, before a device has a name and a password at the broker. Unknown fields
are ignored, so that a device and a centre of different ages understand each other.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kokuchi.wire.fields import Identifier

PATH = "/enrol"
CODE_DIGITS = 8
MAXIMUM_REQUEST_BYTES = 2048
MAXIMUM_ANSWER_BYTES = 65_536

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Text that fits on a line of a settings file."""

_LAST_PORT = 65_535


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class EnrolmentRequest(_Message):
    """What a device asks. `attempt` is its own secret: with it alone it may ask again if no answer came."""

    code: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    attempt: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{32,64}$")]
    software: Annotated[str, Field(max_length=40)] = ""


class GrantedQuietHours(_Message):
    """When a terminal is quiet until its household says otherwise, by the town's clock."""

    start: time
    end: time


class GrantedTown(_Message):
    """The town whose alerts the terminal takes; `kinds` are those of its notices."""

    id: Identifier
    name: Annotated[Line, Field(max_length=40)]
    kana: Annotated[str, Field(pattern=r"^[ァ-ヶー]+$", max_length=200)]
    names: Mapping[str, Line] = Field(default_factory=dict)
    kinds: Mapping[Identifier, Line] = Field(default_factory=dict)
    time_zone: Line


class GrantedBroker(_Message):
    """Where the terminal logs in, with its identifier as its name.

    `authority` is whom it trusts there, as PEM, maybe several; without it there is no TLS.
    """

    host: Line
    port: Annotated[int, Field(ge=1, le=_LAST_PORT)]
    password: Line
    authority: Annotated[str, Field(max_length=16_384, pattern="-----BEGIN CERTIFICATE-----")] | None = None


class Grant(_Message):
    """All that makes a device a terminal. Nothing in it names the household. `public_keys` are the oldest first."""

    terminal: Identifier
    areas: tuple[Identifier, ...] = ()
    groups: tuple[Identifier, ...] = ()
    quiet_hours: GrantedQuietHours | None = None
    town: GrantedTown
    broker: GrantedBroker
    public_keys: Annotated[tuple[str, ...], Field(min_length=1)]


class Refusal(StrEnum):
    """Why a device is granted nothing."""

    WRONG = "wrong"
    USED = "used"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    OUT_OF_SERVICE = "out_of_service"
    THROTTLED = "throttled"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"


class Refused(_Message):
    """The centre's answer to a device that is granted nothing: a word of Refusal, and a sentence for whoever typed.

    `error` is a plain string: a newer centre may know words that an older device does not; the sentence stays readable.
    """

    error: str
    message: str
    wait_seconds: int = 0


def written(code: str) -> str:
    """Return a code as people read it: 1234-5678."""
    return f"{code[:4]}-{code[4:]}"


def digits_of(typed: str) -> str:
    """Return what was typed as a code, without spaces and hyphens, full-width digits as plain ones."""
    return re.sub(r"[\s‐-―ー−-]", "", unicodedata.normalize("NFKC", typed))
