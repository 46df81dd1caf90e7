"""The agenda: who speaks when, what is shown, what is never said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kokuchi.wire import Alert, DeliveryReport, Outcome
from terminal_client import agenda
from terminal_client.agenda import DISPLAY_WAIT, Voicing
from terminal_client.events import (
    Action,
    Arrived,
    Confirmed,
    Displayed,
    Ended,
    Event,
    Reached,
    ReplayAsked,
    Restored,
    Speak,
    StopSpeaking,
    TimeKnown,
    TimePassed,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from terminal_client.household import Key
from tests.terminal.alerts import NOW, alert, cancel, update


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

    def spoken(self) -> list[Key]:
        """Return which alerts were begun, in order."""
        return [action.key for action in self.actions if isinstance(action, Speak)]


def key(of: Alert) -> Key:
    return Key(of.identifier, of.revision)


def say(story: Story, of: Alert) -> None:
    """Let an alert be shown, said and finished."""
    story.tell(Displayed(key(of)), VoiceStarted(key(of)), VoiceEnded(key(of)))


def test_the_text_is_on_the_screen_before_the_sound_starts() -> None:
    story, one = Story(), alert()

    assert story.tell(Arrived(one)) == []
    assert agenda.focus(story.state, NOW) is not None
    assert story.tell(Displayed(key(one))) == [Reached(key(one), "displayed_at"), Speak(key(one), after_hearing=False)]


def test_a_broken_screen_does_not_silence_the_voice() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one))

    assert agenda.deadline(story.state, story.now) == NOW + DISPLAY_WAIT
    assert story.wait(DISPLAY_WAIT) == [Speak(key(one), after_hearing=False)]


def test_a_delivery_that_comes_twice_is_voiced_once() -> None:
    """Promise 2."""
    story, one = Story(), alert()
    story.tell(Arrived(one))
    say(story, one)

    story.tell(Arrived(one))
    story.wait(timedelta(minutes=1))

    assert story.spoken() == [key(one)]


def test_the_second_alert_waits_until_the_first_was_said() -> None:
    story, one, two = Story(), alert("a-1", level="important"), alert("a-2", level="important")
    story.tell(Arrived(one), Displayed(key(one)), Arrived(two))

    assert story.spoken() == [key(one)]
    story.tell(VoiceEnded(key(one)), Displayed(key(two)))
    assert story.spoken() == [key(one), key(two)]


def test_an_important_alert_goes_before_a_notice_that_waits() -> None:
    story = Story()
    first, notice, important = alert("a-1"), alert("a-2"), alert("a-3", level="important")
    story.tell(Arrived(first), Displayed(key(first)), Arrived(notice), Arrived(important))

    story.tell(VoiceEnded(key(first)))

    assert story.state.items[key(important)].voicing is Voicing.DUE
    assert story.state.items[key(notice)].voicing is Voicing.WAITING


def test_an_emergency_interrupts_and_what_it_interrupted_is_said_afterwards() -> None:
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), VoiceStarted(key(notice)))

    assert StopSpeaking() in story.tell(Arrived(emergency))
    say(story, emergency)
    story.tell(Displayed(key(notice)))

    assert story.spoken() == [key(notice), key(emergency), key(notice)]


def begun(story: Story) -> list[tuple[Key, bool]]:
    """Return which alerts were begun, and whether each was resumed."""
    return [(action.key, action.resume) for action in story.actions if isinstance(action, Speak)]


def test_what_an_emergency_cut_resumes_where_it_was_cut() -> None:
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), VoiceStarted(key(notice)), Arrived(emergency))
    say(story, emergency)

    assert begun(story) == [(key(notice), False), (key(emergency), False), (key(notice), True)]
    assert Reached(key(notice), "voiced_at") not in story.actions
    story.tell(VoiceEnded(key(notice)))
    assert Reached(key(notice), "voiced_at") in story.actions


def test_what_was_cut_twice_resumes_twice() -> None:
    story, notice = Story(), alert("a-1", level="important")
    story.tell(Arrived(notice), Displayed(key(notice)))
    for number in (2, 3):
        emergency = alert(f"a-{number}", level="emergency")
        story.tell(Arrived(emergency))
        say(story, emergency)

    assert [resumed for begun_key, resumed in begun(story) if begun_key == key(notice)] == [False, True, True]


def test_an_alert_that_had_not_begun_when_an_emergency_came_is_said_from_the_start() -> None:
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Arrived(emergency))
    say(story, emergency)
    story.tell(Displayed(key(notice)))

    assert begun(story) == [(key(emergency), False), (key(notice), False)]


@pytest.mark.parametrize("later", [update, cancel])
def test_what_was_corrected_or_withdrawn_while_it_waited_does_not_resume(later: Callable[[Alert], Alert]) -> None:
    """Promise 6."""
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), VoiceStarted(key(notice)), Arrived(emergency))
    newer = later(notice)

    story.tell(Displayed(key(emergency)), Arrived(newer), VoiceEnded(key(emergency)), Displayed(key(newer)))

    assert begun(story) == [(key(notice), False), (key(emergency), False), (key(newer), False)]
    assert not story.state.is_cut(key(notice))


def test_what_expired_while_it_waited_does_not_resume() -> None:
    """Promise 4."""
    story, notice, emergency = Story(), alert("a-1", hours=0.01), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), Arrived(emergency), Displayed(key(emergency)))
    story.wait(timedelta(minutes=5))
    story.tell(VoiceEnded(key(emergency)))

    assert begun(story) == [(key(notice), False), (key(emergency), False)]


def test_who_asks_to_hear_a_cut_alert_again_hears_it_from_the_start() -> None:
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), Arrived(emergency), Displayed(key(emergency)))
    story.tell(ReplayAsked(key(notice)), VoiceEnded(key(emergency)))

    assert begun(story)[-1] == (key(notice), False)


def test_a_resumed_alert_that_no_device_took_is_said_from_the_start_later() -> None:
    """Promise 5: nobody knows what of it was heard."""
    story, notice, emergency = Story(), alert("a-1"), alert("a-2", level="emergency")
    story.tell(Arrived(notice), Displayed(key(notice)), Arrived(emergency))
    say(story, emergency)
    story.tell(VoiceFailed(key(notice), "no sound device"))
    story.wait(agenda.FIRST_RETRY)

    assert begun(story)[-2:] == [(key(notice), True), (key(notice), False)]


def test_an_emergency_does_not_interrupt_another_one() -> None:
    story, one, two = Story(), alert("a-1", level="emergency"), alert("a-2", level="emergency")
    story.tell(Arrived(one), Displayed(key(one)))

    assert StopSpeaking() not in story.tell(Arrived(two))


def test_a_cancel_stops_the_voice_mid_sentence_and_tells_those_who_heard_it() -> None:
    """Promise 6."""
    story, one = Story(), alert()
    withdrawal = cancel(one)
    story.tell(Arrived(one), Displayed(key(one)), VoiceStarted(key(one)))

    wanted = story.tell(Arrived(withdrawal))

    assert wanted[0] == StopSpeaking()
    assert Ended(key(one), Outcome.CANCELLED, "withdrawn before it was heard to the end") in wanted
    assert story.tell(Displayed(key(withdrawal)))[-1] == Speak(key(withdrawal), after_hearing=True)
    assert key(one) not in story.spoken()[1:]


def test_a_cancel_of_what_nobody_heard_is_silent_and_stays_off_the_screen() -> None:
    """Promise 6."""
    story, busy, one = Story(), alert("a-0"), alert("a-1")
    story.tell(Arrived(busy), Displayed(key(busy)), Arrived(one), Arrived(cancel(one)), VoiceEnded(key(busy)))
    story.tell(Confirmed(key(busy)))
    story.wait(timedelta(minutes=1))

    assert story.spoken() == [key(busy)]
    assert agenda.focus(story.state, story.now) is None


def test_a_cancel_that_arrives_before_its_alert_wins() -> None:
    story, one = Story(), alert()
    wanted = story.tell(Arrived(cancel(one)), Arrived(one))
    story.wait(timedelta(minutes=1))

    assert story.spoken() == []
    assert Ended(key(one), Outcome.CANCELLED, "a newer revision was here first") in wanted


def test_a_correction_replaces_the_old_text_and_says_so_to_those_who_heard_it() -> None:
    """Promise 6."""
    story, one = Story(), alert()
    correction = update(one, body="正しい本文です。")
    story.tell(Arrived(one))
    say(story, one)

    story.tell(Arrived(correction))

    assert story.tell(Displayed(key(correction)))[-1] == Speak(key(correction), after_hearing=True)
    assert [item.key for item in agenda.recent(story.state, 10)] == [key(correction)]


def test_an_alert_that_expires_in_the_queue_is_not_said() -> None:
    """Promise 4."""
    story, first, short = Story(), alert("a-1"), alert("a-2", hours=0.01)
    story.tell(Arrived(first), Displayed(key(first)), Arrived(short))

    wanted = story.wait(timedelta(minutes=5))
    story.tell(VoiceEnded(key(first)))

    assert Ended(key(short), Outcome.EXPIRED, "expired before it could be said") in wanted
    assert story.spoken() == [key(first)]


def test_what_a_power_cut_interrupted_is_said_again_from_the_start() -> None:
    """Promise 2."""
    story, one = Story(), alert()
    report = DeliveryReport(
        terminal="t-1", alert=one.identifier, revision=1, sent=NOW, received_at=NOW, voice_started_at=NOW
    )

    story.tell(Restored(one, report))

    assert story.wait(DISPLAY_WAIT) == [Speak(key(one), after_hearing=False)]


def test_what_was_said_before_a_restart_is_shown_but_not_said_again() -> None:
    """Promise 2."""
    story, one = Story(), alert()
    report = DeliveryReport(terminal="t-1", alert=one.identifier, revision=1, sent=NOW, received_at=NOW, voiced_at=NOW)

    story.tell(Restored(one, report))

    assert story.wait(timedelta(minutes=1)) == []
    assert agenda.focus(story.state, story.now) == story.state.items[key(one)]


def received(of: Alert, **moments: datetime) -> DeliveryReport:
    return DeliveryReport(
        terminal="t-1", alert=of.identifier, revision=of.revision, sent=NOW, received_at=NOW, **moments
    )


@pytest.mark.parametrize(("later", "spoken", "ended"), [(update, [2], [1]), (cancel, [], [1, 2])])
def test_a_power_cut_just_after_a_newer_revision_was_taken_does_not_bring_the_old_text_back(
    later: Callable[[Alert], Alert], spoken: list[int], ended: list[int]
) -> None:
    """Promise 6. The inbox has the newer one, and not yet what it means for the old one."""
    story, old = Story(state=agenda.State(time_is_known=False)), alert()
    new = later(old)

    wanted = story.tell(Restored(old, received(old)), Restored(new, received(new)), TimeKnown())
    story.wait(DISPLAY_WAIT)

    assert [said.revision for said in story.spoken()] == spoken
    assert [action.key.revision for action in wanted if isinstance(action, Ended)] == ended


def test_after_such_a_power_cut_those_who_heard_the_old_text_are_told_of_the_cancel() -> None:
    """Promise 6."""
    story, old = Story(), alert()
    new = cancel(old)

    story.tell(Restored(old, received(old, voice_started_at=NOW)), Restored(new, received(new)))
    story.wait(DISPLAY_WAIT)

    assert story.spoken()[-1] == key(new)


def test_until_the_time_is_known_nothing_that_waits_becomes_due() -> None:
    """Else a terminal whose clock is ahead would look at what seems expired again and again, and do nothing else."""
    story, old = Story(state=agenda.State(time_is_known=False)), alert(sent=NOW - timedelta(days=3), hours=24)

    story.tell(Restored(old, received(old)))

    assert agenda.deadline(story.state, story.now) is None


def test_after_a_long_absence_expired_alerts_are_listed_but_never_said() -> None:
    """Promise 9."""
    story, old = Story(), alert(sent=NOW - timedelta(days=3), hours=24)
    report = DeliveryReport(terminal="t-1", alert=old.identifier, revision=1, sent=NOW, received_at=NOW)

    story.tell(Restored(old, report))
    story.wait(timedelta(minutes=1))

    assert story.spoken() == []
    assert [item.key for item in agenda.recent(story.state, 10)] == [key(old)]


def test_a_device_that_comes_back_says_what_it_could_not_say_before() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one), Displayed(key(one)), VoiceFailed(key(one), "no sound device"))

    assert story.wait(agenda.FIRST_RETRY / 2) == []
    story.wait(agenda.FIRST_RETRY / 2)
    story.tell(VoiceEnded(key(one)))

    assert story.spoken() == [key(one), key(one)]
    assert Reached(key(one), "voiced_at") in story.actions


def test_a_device_that_stays_away_is_tried_less_and_less_until_the_alert_expires() -> None:
    story, one = Story(), alert(hours=2)
    story.tell(Arrived(one), Displayed(key(one)))
    tries = 0
    while story.now < one.expires:
        if story.state.in_voicing(Voicing.SPEAKING):
            tries += 1
            story.tell(VoiceFailed(key(one), "no sound device"))
        story.wait(timedelta(seconds=10))

    assert 10 < tries < 20
    assert story.state.items[key(one)].voicing is Voicing.FINISHED


def test_what_was_read_and_confirmed_is_not_tried_again() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one), Displayed(key(one)), VoiceFailed(key(one), "no sound device"), Confirmed(key(one)))

    story.wait(timedelta(hours=1))

    assert story.spoken() == [key(one)]


def test_a_terminal_without_a_clock_says_nothing_by_itself_until_it_knows_the_time() -> None:
    """Promise 4."""
    story, old, valid = Story(state=agenda.State(time_is_known=False)), alert("a-1", hours=1), alert("a-2")
    report = DeliveryReport(terminal="t-1", alert="a-1", revision=1, sent=NOW, received_at=NOW)
    story.tell(Restored(old, report), Restored(valid, report.model_copy(update={"alert": "a-2"})))
    story.wait(timedelta(minutes=5))
    assert story.spoken() == []
    assert agenda.focus(story.state, story.now) is None

    story.now += timedelta(days=1) - timedelta(hours=1)
    wanted = story.tell(TimeKnown(), Displayed(key(valid)))

    assert Ended(key(old), Outcome.EXPIRED, "expired before it could be said") in wanted
    assert story.spoken() == [key(valid)]


def test_a_terminal_without_a_clock_still_replays_what_it_is_asked_to() -> None:
    """Promise 8."""
    story, one = Story(state=agenda.State(time_is_known=False)), alert()
    report = DeliveryReport(terminal="t-1", alert="a-1", revision=1, sent=NOW, received_at=NOW, voiced_at=NOW)
    story.tell(Restored(one, report), ReplayAsked(key(one)), Displayed(key(one)))

    assert story.spoken() == [key(one)]


def test_a_missing_device_is_an_outcome_and_the_next_alert_is_tried() -> None:
    """Promise 5."""
    story, one, two = Story(), alert("a-1"), alert("a-2")
    story.tell(Arrived(one), Displayed(key(one)), Arrived(two))

    wanted = story.tell(VoiceFailed(key(one), "no sound device"))

    assert Ended(key(one), Outcome.VOICE_FAILED, "no sound device") in wanted
    assert Reached(key(one), "voiced_at") not in story.actions
    assert story.state.items[key(two)].voicing is Voicing.DUE


def test_the_button_stops_the_voice_and_is_counted_once() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one), Displayed(key(one)), VoiceStarted(key(one)))

    assert story.tell(Confirmed(key(one))) == [StopSpeaking(), Reached(key(one), "confirmed_at")]
    assert story.tell(Confirmed(key(one))) == []
    assert agenda.focus(story.state, NOW) is None


def test_the_household_hears_an_alert_again_when_it_asks() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one))
    say(story, one)

    story.tell(ReplayAsked(key(one)))

    assert story.spoken() == [key(one), key(one)]


def test_a_withdrawn_alert_cannot_be_heard_again() -> None:
    story, one = Story(), alert()
    story.tell(Arrived(one))
    say(story, one)
    story.tell(Arrived(cancel(one)))
    say(story, cancel(one))

    story.tell(ReplayAsked(key(one)), ReplayAsked(key(cancel(one))))

    assert story.spoken() == [key(one), key(cancel(one))]


def test_the_screen_stays_with_the_most_urgent_alert_that_nobody_confirmed() -> None:
    story, urgent, newer = Story(), alert("a-1", level="important"), alert("a-2")
    story.tell(Arrived(urgent), Arrived(newer))
    say(story, urgent)
    say(story, newer)

    shown = agenda.focus(story.state, NOW)
    assert shown is not None
    assert shown.key == key(urgent)
    story.tell(Confirmed(key(urgent)))
    shown = agenda.focus(story.state, NOW)
    assert shown is not None
    assert shown.key == key(newer)


SENTENCES = 4
"""How many an alert has in any story."""


class AnyStory(RuleBasedStateMachine):
    """Whatever happens in whatever order, the manners hold."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.known: list[Alert] = []
        self.speaking: Key | None = None
        self.finished: set[Key] = set()
        self.asked: set[Key] = set()
        self.told: dict[Key, list[int]] = {}
        self.cuts: dict[Key, list[int]] = {}

    @initialize()
    def begin(self) -> None:
        self.perform([])

    def perform(self, actions: list[Action]) -> None:
        """Do what the agenda wants, as the terminal does."""
        for action in actions:
            match action:
                case StopSpeaking():
                    if self.speaking is not None:
                        self.cuts[self.speaking].append(self.told[self.speaking][-1])
                    self.speaking = None
                case Speak(spoken, _, resume):
                    assert self.speaking is None, "two alerts at once"
                    assert spoken not in self.finished or spoken in self.asked, "voiced twice by itself"
                    alert_of = self.story.state.items[spoken].alert
                    newest = max(a.revision for a in self.known if a.identifier == spoken.alert)
                    assert spoken.revision == newest, "an old revision is spoken"
                    assert alert_of.expires > self.story.now or spoken in self.asked, "an expired alert is spoken"
                    self.speaking = spoken
                    if resume:
                        self.told[spoken].append(self.cuts[spoken][-1])
                    else:
                        self.told[spoken], self.cuts[spoken] = [0], []

    @rule(
        number=st.integers(1, 4), level=st.sampled_from(["emergency", "important", "notice"]), hours=st.floats(0.1, 3)
    )
    def a_new_alert_arrives(self, number: int, level: str, hours: float) -> None:
        new = alert(f"a-{number}-{len(self.known)}", level=level, sent=self.story.now, hours=hours)
        self.known.append(new)
        self.perform(self.story.tell(Arrived(new)))

    @rule(data=st.data(), kind=st.sampled_from([update, cancel]))
    def a_later_revision_arrives(self, data: st.DataObject, kind: object) -> None:
        if self.known:
            earlier = data.draw(st.sampled_from(self.known))
            new = kind(earlier)  # type: ignore[operator] # one of two functions of an alert
            if all((a.identifier, a.revision) != (new.identifier, new.revision) for a in self.known):
                self.known.append(new)
                self.perform(self.story.tell(Arrived(new)))

    @rule(data=st.data())
    def an_alert_arrives_again(self, data: st.DataObject) -> None:
        if self.known:
            self.perform(self.story.tell(Arrived(data.draw(st.sampled_from(self.known)))))

    @rule(data=st.data(), event=st.sampled_from([Displayed, Confirmed, ReplayAsked]))
    def the_household_or_its_screen_acts(self, data: st.DataObject, event: type[Displayed]) -> None:
        if self.known:
            of = key(data.draw(st.sampled_from(self.known)))
            if event is ReplayAsked:  # type: ignore[comparison-overlap] # any of the three
                self.asked.add(of)
            self.perform(self.story.tell(event(of)))

    @rule()
    def the_screen_shows_what_is_due(self) -> None:
        for item in self.story.state.in_voicing(Voicing.DUE):
            self.perform(self.story.tell(Displayed(item.key)))

    @rule()
    def the_next_sentence_begins(self) -> None:
        if self.speaking is not None and self.told[self.speaking][-1] < SENTENCES - 1:
            self.told[self.speaking].append(self.told[self.speaking][-1] + 1)

    @rule(well=st.booleans())
    def the_voice_ends(self, well: bool) -> None:
        if self.speaking is not None:
            ended, self.speaking = self.speaking, None
            if well:
                self.finished.add(ended)
                rest = range(self.told[ended][-1] + 1, SENTENCES)
                heard, cut = [*self.told[ended], *rest], self.cuts[ended]
                assert heard == sorted([*range(SENTENCES), *cut]), "skipped, or said twice though it was not cut"
            self.perform(self.story.tell(VoiceEnded(ended) if well else VoiceFailed(ended, "no device")))

    @rule(minutes=st.floats(0, 90))
    def time_passes(self, minutes: float) -> None:
        self.perform(self.story.wait(timedelta(minutes=minutes)))

    @invariant()
    def the_agenda_knows_who_speaks(self) -> None:
        speaking = self.story.state.in_voicing(Voicing.SPEAKING)
        assert [item.key for item in speaking] == ([self.speaking] if self.speaking else [])
        assert len(speaking) + len(self.story.state.in_voicing(Voicing.DUE)) <= 1

    @invariant()
    def nobody_waits_while_nothing_is_being_said(self) -> None:
        waiting = self.story.state.in_voicing(Voicing.WAITING)
        if any(item.not_before is None or item.not_before <= self.story.now for item in waiting):
            busy = [*self.story.state.in_voicing(Voicing.SPEAKING), *self.story.state.in_voicing(Voicing.DUE)]
            assert busy

    @invariant()
    def what_was_superseded_is_not_on_the_screen(self) -> None:
        shown = agenda.focus(self.story.state, self.story.now)
        assert shown is None or not shown.superseded


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
