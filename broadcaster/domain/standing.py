"""What has become of one alert at one terminal, as one word: every delivery is in exactly one standing.

The ledger finds it by SQL for a whole audience at once (broadcaster.ledger.progress); a test holds that and
`broadcaster.domain.delivery.trouble` together.
"""

from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.delivery import Trouble


class Standing(StrEnum):
    """One word for a delivery; the words for the page are the page's. What stands out comes first."""

    NEVER_SEEN = "never_seen"
    OFFLINE = "offline"
    NO_ANSWER = "no_answer"
    VOICE_FAILED = "voice_failed"
    NO_VOICE = "no_voice"
    REFUSED = "refused"
    EXPIRED = "expired"
    NEVER_CAME = "never_came"
    NOT_DISPLAYED = "not_displayed"
    PENDING = "pending"
    AWAITED = "awaited"
    LAPSED = "lapsed"
    MISSED = "missed"
    OUT_OF_SERVICE = "out_of_service"
    RECEIVED = "received"
    DISPLAYED = "displayed"
    SPEAKING = "speaking"
    HELD = "held"
    SUMMARISED = "summarised"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    VOICED = "voiced"
    CONFIRMED = "confirmed"


TROUBLES = {
    Standing.NEVER_SEEN: Trouble.NEVER_SEEN,
    Standing.OFFLINE: Trouble.OFFLINE,
    Standing.NO_ANSWER: Trouble.NO_ANSWER,
    Standing.VOICE_FAILED: Trouble.VOICE_FAILED,
    Standing.NO_VOICE: Trouble.VOICE_FAILED,
    Standing.REFUSED: Trouble.REFUSED,
    Standing.EXPIRED: Trouble.EXPIRED,
    Standing.NEVER_CAME: Trouble.EXPIRED,
    Standing.NOT_DISPLAYED: Trouble.NOT_DISPLAYED,
}
"""The standings that an operator should look at."""


@dataclass(frozen=True)
class Circumstances:
    """What is the same for all deliveries of an alert that have not arrived.

    `missing` is their standing if it does not depend on the terminal, `unanswered` that of a connected one.
    """

    unanswered: Standing
    missing: Standing | None = None
