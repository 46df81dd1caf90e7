"""Why a message is not taken. One error type, with a reason that goes into reports and logs unchanged."""

from enum import StrEnum


class Refusal(StrEnum):
    """The reason for which a message is refused; these words are part of the contract."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    ALTERED = "altered"
    FOREIGN_TOWN = "foreign_town"
    FOREIGN_AUDIENCE = "foreign_audience"
    EXPIRED = "expired"
    REPLAYED = "replayed"
    KEYS_REFUSED = "keys_refused"


class WireError(Exception):
    """A message that must not be taken.

    `refusal` is for programs, the message text for the person who reads the log.
    """

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal
