"""What can happen in a run: broadcasts and faults. All times are seconds after the start."""

from dataclasses import dataclass
from enum import StrEnum

from kokuchi.wire import AudienceKind, Severity

CENTRE = "centre"
"""The centre's process and its client identifier at the broker; its connection is disturbed as the terminals' are."""


class FaultKind(StrEnum):
    """What is done to the town. The word stands in the table of the result."""

    BROKER_KILLED = "broker_killed"
    BROKER_FORGOT = "broker_forgot"
    CENTRE_KILLED = "centre_killed"
    TERMINAL_KILLED = "terminal_killed"
    CLOCKLESS_START = "clockless_start"
    CLOCK_TURNED = "clock_turned"
    CONNECTION_CUT = "connection_cut"
    CONNECTION_STALLED = "connection_stalled"
    CONNECTION_DELAYED = "connection_delayed"
    CONNECTION_SWALLOWED = "connection_swallowed"
    REPLAYED = "replayed"
    FORGED = "forged"
    CORRUPTED = "corrupted"
    GARBAGE_PUBLISHED = "garbage_published"
    GARBAGE_REPORTED = "garbage_reported"


class Forgery(StrEnum):
    """How an alert is forged."""

    OWN_KEY = "own_key"
    SAME_KID = "same_kid"
    ALGORITHM_NONE = "algorithm_none"
    PUBLIC_KEY_AS_SECRET = "public_key_as_secret"  # noqa: S105 - the name of an attack
    NOT_SIGNED = "not_signed"
    OTHER_TOWN = "other_town"


class Corruption(StrEnum):
    """How a genuine token is altered."""

    PAYLOAD = "payload"
    SIGNATURE = "signature"
    HEADER = "header"
    TRUNCATED = "truncated"


class Replay(StrEnum):
    """Where a genuine token is published once more."""

    SAME_TOPICS = "same_topics"
    EVERYWHERE = "everywhere"
    ONE_TERMINAL = "one_terminal"
    SYNC_REPLY = "sync_reply"


@dataclass(frozen=True)
class Cast:
    """Who plays: all terminals, those that run the whole program, and the town's areas and groups."""

    terminals: tuple[str, ...]
    whole: tuple[str, ...]
    areas: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Send:
    """A new alert. `valid_seconds` None means as long as its category's alerts usually are."""

    at: float
    number: int
    category: str
    severity: Severity
    audience: AudienceKind
    members: tuple[str, ...]
    drill: bool
    valid_seconds: float | None


@dataclass(frozen=True)
class Correct:
    """An Update of an alert."""

    at: float
    number: int


@dataclass(frozen=True)
class Withdraw:
    """A Cancel of an alert."""

    at: float
    number: int


Broadcast = Send | Correct | Withdraw


@dataclass(frozen=True)
class Fault:
    """One fault. `seconds` is how long it lasts, or how long a killed process stays away.

    `amount` is seconds too: by how much a clock is turned, or everything delayed. `number` and `revision` name the
    alert that is replayed or corrupted, `manner` how; `number` also counts forgeries.
    """

    at: float
    kind: FaultKind
    whom: str = ""
    seconds: float = 0.0
    amount: float = 0.0
    number: int = 0
    revision: int = 0
    manner: str = ""


@dataclass(frozen=True)
class Schedule:
    """Everything that happens in a run, in order of time."""

    seed: int
    seconds: float
    broadcasts: tuple[Broadcast, ...]
    faults: tuple[Fault, ...]

    def counts(self) -> dict[str, int]:
        """Return how many faults there are of each kind."""
        kinds = [fault.kind for fault in self.faults]
        return {kind.value: kinds.count(kind) for kind in FaultKind}
