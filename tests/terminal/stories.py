"""An agenda with a clock, told event by event."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kokuchi.wire import Alert, DeliveryReport, Silence
from terminal_client import agenda
from terminal_client.events import (
    Action,
    Digest,
    Displayed,
    Event,
    Speak,
    SpeakAside,
    TimePassed,
    VoiceEnded,
    VoiceStarted,
    Withheld,
)
from terminal_client.household import Key
from tests.terminal.alerts import NOW


@dataclass
class Story:
    """An agenda with a clock, told event by event."""

    now: datetime = NOW
    state: agenda.State = field(default_factory=agenda.State)
    actions: list[Action] = field(default_factory=list)

    def tell(self, *events: Event) -> list[Action]:
        """Let events happen now; return what the agenda wants done."""
        wanted: list[Action] = []
        for event in events:
            self.state, actions = agenda.step(self.state, event, self.now)
            wanted += actions
        self.actions += wanted
        return wanted

    def wait(self, duration: timedelta) -> list[Action]:
        """Let time pass."""
        self.now += duration
        return self.tell(TimePassed())

    def wait_for_deadline(self) -> list[Action]:
        """Let time pass until the agenda wants to look again."""
        due = agenda.deadline(self.state, self.now)
        assert due is not None
        return self.wait(due - self.now)

    def spoken(self) -> list[Key]:
        """Return which alerts were begun, in order."""
        return [action.key for action in self.actions if isinstance(action, Speak)]

    def digests(self) -> list[Digest]:
        """Return which digests were begun, in order."""
        asides = [action.aside for action in self.actions if isinstance(action, SpeakAside)]
        return [aside for aside in asides if isinstance(aside, Digest)]

    def withheld(self) -> list[tuple[Key, Silence]]:
        """Return what was not said by itself, and why."""
        return [(action.key, action.silence) for action in self.actions if isinstance(action, Withheld)]


def key(of: Alert) -> Key:
    return Key(of.identifier, of.revision)


def digest(*of: Alert) -> Digest:
    return Digest(tuple(map(key, of)))


def say(story: Story, of: Alert) -> None:
    """Let an alert be shown, said and finished."""
    story.tell(Displayed(key(of)), VoiceStarted(key(of)), VoiceEnded(key(of)))


def begun(story: Story) -> list[tuple[Key, bool]]:
    """Return which alerts were begun, and whether each was resumed."""
    return [(action.key, action.resume) for action in story.actions if isinstance(action, Speak)]


def received(of: Alert, *, silence: Silence | None = None, **moments: datetime) -> DeliveryReport:
    """Return the report of an alert that was received NOW, and what happened to it afterwards."""
    report = DeliveryReport(
        terminal="t-1", alert=of.identifier, revision=of.revision, sent=NOW, received_at=NOW, silence=silence
    )
    return report.model_copy(update=moments)
