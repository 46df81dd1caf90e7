"""What can happen at a terminal, and what the agenda then wants done."""

from dataclasses import dataclass

from kokuchi.wire import Alert, DeliveryReport, Outcome, Silence
from terminal_client.household import Key
from terminal_client.manners import Manners


@dataclass(frozen=True)
class Digest:
    """Several missed alerts that are told in one sentence; the first is the one whose headline is said."""

    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Sample:
    """A sentence by which the household hears how its terminal speaks."""


Aside = Digest | Sample
"""What is said though it is not one alert."""


@dataclass(frozen=True)
class Arrived:
    """A verified alert that was not here before; it is in the inbox already."""

    alert: Alert


@dataclass(frozen=True)
class Restored:
    """An alert from the inbox, after a start; what its report says had happened before."""

    alert: Alert
    report: DeliveryReport


@dataclass(frozen=True)
class Displayed:
    """The screen shows it."""

    key: Key


@dataclass(frozen=True)
class VoiceStarted:
    """The device has taken the first of its sound."""

    key: Key


@dataclass(frozen=True)
class VoiceEnded:
    """The device has played all of its sound."""

    key: Key


@dataclass(frozen=True)
class VoiceFailed:
    """No device has taken its sound."""

    key: Key
    reason: str


@dataclass(frozen=True)
class AsideEnded:
    """The device has played all of it."""

    aside: Aside


@dataclass(frozen=True)
class AsideFailed:
    """No device has taken its sound."""

    aside: Aside
    reason: str


@dataclass(frozen=True)
class Confirmed:
    """The household has pressed 「わかりました」."""

    key: Key


@dataclass(frozen=True)
class ReplayAsked:
    """The household wants to hear it again."""

    key: Key


@dataclass(frozen=True)
class SampleAsked:
    """The household wants to hear how its terminal speaks."""


@dataclass(frozen=True)
class TimeKnown:
    """From now on the time is the town's, and alerts can be judged by it."""


@dataclass(frozen=True)
class MannersChanged:
    """The household has changed when its terminal keeps quiet."""

    manners: Manners


@dataclass(frozen=True)
class TimePassed:
    """Nothing happened, but it is later."""


Event = (
    Arrived
    | Restored
    | Displayed
    | VoiceStarted
    | VoiceEnded
    | VoiceFailed
    | AsideEnded
    | AsideFailed
    | Confirmed
    | ReplayAsked
    | SampleAsked
    | TimeKnown
    | MannersChanged
    | TimePassed
)


@dataclass(frozen=True)
class Speak:
    """Begin to say this alert, or resume it at the sentence where it was cut.

    `after_hearing` tells that an earlier revision of it was heard here.
    """

    key: Key
    after_hearing: bool
    resume: bool = False


@dataclass(frozen=True)
class SpeakAside:
    """Begin to say this."""

    aside: Aside


@dataclass(frozen=True)
class StopSpeaking:
    """Be silent at once."""


@dataclass(frozen=True)
class Reached:
    """A stage was reached; to be committed, then reported. `moment` is a field of DeliveryReport."""

    key: Key
    moment: str


@dataclass(frozen=True)
class Ended:
    """The delivery will not go the whole way; to be committed, then reported."""

    key: Key
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Withheld:
    """It is not said by itself, and why; to be committed, then reported."""

    key: Key
    silence: Silence


Action = Speak | SpeakAside | StopSpeaking | Reached | Ended | Withheld
