"""The report of what has really happened to one alert at one terminal."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kokuchi.wire.dictionary import DictionaryRevision
from kokuchi.wire.fields import Identifier, Instant, Message, Text

NO_VOICE = "this terminal has no voice"
"""The reason of VOICE_FAILED that is no fault: the device was set up to show alone."""


class Outcome(StrEnum):
    """Why a delivery did not go, or will not go, the whole way."""

    VOICE_FAILED = "voice_failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """Of two outcomes reported for one delivery the higher rank stands, in whatever order they came."""
        return list(Outcome).index(self)


class Silence(StrEnum):
    """Why an alert was not said by itself though nothing is wrong: what the household may expect of its terminal."""

    HELD = "held"
    """Until the quiet hours end."""

    SUMMARISED = "summarised"
    """Told with others in one sentence after a long absence."""

    DECLINED = "declined"
    """The household does not want notices of this kind spoken."""

    @property
    def rank(self) -> int:
        """Of two that were reported for one delivery the higher rank stands."""
        return list(Silence).index(self)


class DeliveryReport(Message):
    """Cumulative: every stage reached so far, so that a later report repairs a lost earlier one.

    `dictionary` is the revision of the dictionary by which it was voiced; `silence` says why it was not, and nothing
    once it was. A later field must be optional and None by default, so that the golden messages stay as they are.
    """

    terminal: Identifier
    alert: Identifier
    revision: Annotated[int, Field(ge=1, le=10_000)]
    sent: Instant
    received_at: Instant | None = None
    displayed_at: Instant | None = None
    voice_started_at: Instant | None = None
    voiced_at: Instant | None = None
    confirmed_at: Instant | None = None
    outcome: Outcome | None = None
    reason: Annotated[Text, Field(max_length=200)] = ""
    dictionary: DictionaryRevision | None = None
    silence: Silence | None = None
