"""Whatever happens at a terminal in whatever order, by day and by night, the manners hold."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kokuchi.wire import Alert, DeliveryReport, Level, Outcome, Silence
from terminal_client import agenda
from terminal_client.agenda import FIRST_RETRY, LATER_REPEAT, MISSED_AFTER, REPEAT, Voicing
from terminal_client.events import (
    Action,
    Arrived,
    Aside,
    AsideEnded,
    AsideFailed,
    Confirmed,
    Digest,
    Displayed,
    Ended,
    MannersChanged,
    Reached,
    ReplayAsked,
    Restored,
    Sample,
    SampleAsked,
    Speak,
    SpeakAside,
    StopSpeaking,
    TimeKnown,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
    Withheld,
)
from terminal_client.household import Key
from terminal_client.manners import Manners, QuietHours
from tests.terminal.alerts import alert, cancel, update
from tests.terminal.stories import Story, key

SENTENCES = 4
"""How many an alert has in any story."""

SPEECH = timedelta(minutes=1)
"""How long one lasts while time passes."""

RECENT = 4
"""What happens to an alert happens to one of the newest, so that more than one thing happens to each."""

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHTLY = QuietHours(time(21), time(7))
UNSPOKEN = frozenset({"awareness_event"})
CATEGORIES = ("scam", "awareness_event")
ENDS = (None, True, False)
LEVELS = ("emergency", "important", "notice")


class AnyStory(RuleBasedStateMachine):
    """A terminal with its inbox, its voice and its household; what the agenda wants is done and judged."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.known: dict[Key, Alert] = {}
        self.inbox: dict[Key, DeliveryReport] = {}
        self.speaking: Key | Aside | None = None
        self.asked: set[Key] = set()
        self.not_before: dict[Key, datetime] = {}
        self.last_end: dict[Key, datetime] = {}
        self.told: dict[Key, list[int]] = {}
        self.cuts: dict[Key, list[int]] = {}

    @initialize(
        hour=st.sampled_from([6.9, 10, 20.9, 23]),
        quiet_hours=st.sampled_from([None, NIGHTLY]),
        unspoken=st.sampled_from([frozenset(), UNSPOKEN]),
    )
    def begin(self, hour: float, quiet_hours: QuietHours | None, unspoken: frozenset[str]) -> None:
        self.story.now = datetime(2026, 11, 24, tzinfo=TOKYO) + timedelta(hours=hour)
        self.story.state = agenda.State(manners=Manners(TOKYO, quiet_hours, unspoken))

    # What the agenda wants

    def perform(self, actions: list[Action]) -> None:
        """Do what the agenda wants, as the terminal does."""
        for action in actions:
            match action:
                case StopSpeaking():
                    if isinstance(self.speaking, Key):
                        self.cuts[self.speaking].append(self.told[self.speaking][-1])
                    self.speaking = None
                case Speak(spoken, _, resume):
                    assert self.speaking is None, "two at once"
                    self.judge_speech(spoken, resume)
                    self.speaking = spoken
                    if resume:
                        self.told[spoken].append(self.cuts[spoken][-1])
                    else:
                        self.told[spoken], self.cuts[spoken] = [0], []
                case SpeakAside(aside):
                    assert self.speaking is None, "two at once"
                    if isinstance(aside, Digest):
                        self.judge_digest(aside)
                    self.speaking = aside
                case Reached(of, moment):
                    assert getattr(self.inbox[of], moment) is None or moment == "voice_started_at"
                    self.commit(of, **{moment: getattr(self.inbox[of], moment) or self.story.now})
                case Ended(of, outcome, reason):
                    assert self.inbox[of].voiced_at is None, "what was voiced has gone the whole way"
                    self.commit(of, outcome=outcome, reason=reason)
                case Withheld(of, silence):
                    before = self.inbox[of].silence
                    assert before is None or before.rank < silence.rank
                    self.commit(of, silence=silence)

    def commit(self, of: Key, **changes: object) -> None:
        self.inbox[of] = self.inbox[of].model_copy(update=changes)

    def judge_speech(self, spoken: Key, resume: bool) -> None:
        if spoken in self.asked:
            return
        report, of = self.inbox[spoken], self.known[spoken]
        assert self.is_newest(spoken), "an old revision is spoken"
        assert of.expires > self.story.now, "an expired alert is spoken"
        assert report.confirmed_at is None, "a confirmed alert is spoken"
        assert not self.is_declined(spoken), "the household does not want it spoken"
        assert report.silence is not Silence.SUMMARISED, "it was told with others"
        assert of.level is Level.EMERGENCY or resume or not self.is_quiet(), "it begins in the quiet hours"
        if report.voiced_at:
            assert of.level is Level.EMERGENCY, "voiced twice by itself"
            assert not of.is_cancel
            assert self.story.now >= self.not_before.get(spoken, self.story.now), "repeated too soon"

    def judge_digest(self, digest: Digest) -> None:
        assert len(digest.keys) > 1
        assert not self.is_quiet(), "it begins in the quiet hours"
        alerts = [self.known[of] for of in digest.keys]
        held = [of for of in digest.keys if self.inbox[of].silence is Silence.HELD]
        for of, one in zip(digest.keys, alerts, strict=True):
            report = self.inbox[of]
            assert self.is_newest(of)
            assert one.expires > self.story.now
            assert one.level is not Level.EMERGENCY
            assert not one.is_cancel
            assert report.confirmed_at is None
            assert report.voiced_at is None
            assert not self.is_declined(of)
            assert report.silence in (None, Silence.HELD), "it was told before"
            assert self.story.now - one.sent >= MISSED_AFTER or len(held) > agenda.HELD_ONE_BY_ONE
        assert alerts[0].level.rank == min(one.level.rank for one in alerts)
        shown = agenda.focus(self.story.state, self.story.now)
        assert shown is not None
        assert shown.key == digest.keys[0]

    def is_newest(self, of: Key) -> bool:
        return of.revision == max(other.revision for other in self.known if other.alert == of.alert)

    def is_quiet(self) -> bool:
        return self.story.state.manners.is_quiet(self.story.now)

    def is_declined(self, of: Key) -> bool:
        one = self.known[of]
        return one.level is Level.NOTICE and one.category in self.story.state.manners.unspoken

    # What happens

    def arrive(self, new: Alert) -> None:
        if key(new) not in self.known:
            self.known[key(new)] = new
            self.inbox[key(new)] = DeliveryReport(
                terminal="t-1",
                alert=new.identifier,
                revision=new.revision,
                sent=self.story.now,
                received_at=self.story.now,
            )
            self.perform(self.story.tell(Arrived(new)))

    @rule(
        level=st.sampled_from(LEVELS),
        category=st.sampled_from(CATEGORIES),
        age=st.sampled_from([0, 0, 10, 45, 300]),
        hours=st.sampled_from([0.1, 1, 6, 24]),
        ends=st.sampled_from(ENDS),
    )
    def a_new_alert_arrives(self, level: str, category: str, age: float, hours: float, ends: bool | None) -> None:
        sent = self.story.now - timedelta(minutes=age)
        new = alert(f"a-{len(self.known)}", level=level, sent=sent, hours=hours + age / 60, category=category)
        self.arrive(new)
        self.speak(key(new), ends)

    def speak(self, of: Key, ends: bool | None) -> None:
        """Show an alert; if it is its turn, let the voice end, well or not, unless `ends` is None."""
        self.perform(self.story.tell(Displayed(of)))
        if self.speaking == of and ends is not None:
            self.the_voice_ends(well=ends)

    @rule(data=st.data(), kind=st.sampled_from([update, cancel]))
    def a_later_revision_arrives(self, data: st.DataObject, kind: Callable[[Alert], Alert]) -> None:
        if self.known:
            self.arrive(kind(data.draw(st.sampled_from(list(self.known.values())[-RECENT:]))))

    @rule(data=st.data())
    def an_alert_arrives_again(self, data: st.DataObject) -> None:
        if self.known:
            self.perform(self.story.tell(Arrived(data.draw(st.sampled_from(list(self.known.values())[-RECENT:])))))

    @rule(data=st.data())
    def the_household_confirms(self, data: st.DataObject) -> None:
        if self.known:
            self.confirm(data.draw(st.sampled_from(list(self.known)[-RECENT:])))

    def confirm(self, of: Key) -> None:
        self.asked.discard(of)
        self.perform(self.story.tell(Confirmed(of)))

    @rule(data=st.data(), ends=st.sampled_from(ENDS))
    def the_household_asks_to_hear_it_again(self, data: st.DataObject, ends: bool | None) -> None:
        if self.known:
            of = data.draw(st.sampled_from(list(self.known)[-RECENT:]))
            if self.is_newest(of) and not self.known[of].is_cancel:
                self.asked.add(of)
            self.perform(self.story.tell(ReplayAsked(of)))
            self.speak(of, ends)

    @rule()
    def the_household_asks_for_a_sample(self) -> None:
        was_busy = self.speaking or self.story.state.busy
        actions = self.story.tell(SampleAsked())
        assert not (was_busy and SpeakAside(Sample()) in actions)
        self.perform(actions)

    @rule(quiet_hours=st.sampled_from([None, NIGHTLY]), unspoken=st.sampled_from([frozenset(), UNSPOKEN]))
    def the_household_changes_its_mind(self, quiet_hours: QuietHours | None, unspoken: frozenset[str]) -> None:
        self.perform(self.story.tell(MannersChanged(Manners(TOKYO, quiet_hours, unspoken))))

    @rule()
    def the_screen_shows_an_alert(self) -> None:
        shown = agenda.focus(self.story.state, self.story.now)
        if shown:
            self.perform(self.story.tell(Displayed(shown.key)))

    @rule()
    def the_next_sentence_begins(self) -> None:
        of = self.speaking
        if isinstance(of, Key) and self.told[of][-1] < SENTENCES - 1:
            self.told[of].append(self.told[of][-1] + 1)
            self.perform(self.story.tell(VoiceStarted(of)))

    @rule(well=st.booleans())
    def the_voice_ends(self, well: bool) -> None:
        of, self.speaking = self.speaking, None
        if isinstance(of, Key):
            self.asked.discard(of)
            self.last_end[of] = self.story.now
            self.not_before[of] = self.story.now + (REPEAT if well else FIRST_RETRY)
            if well:
                rest = range(self.told[of][-1] + 1, SENTENCES)
                heard, cut = [*self.told[of], *rest], self.cuts[of]
                assert heard == sorted([*range(SENTENCES), *cut]), "skipped, or said twice though it was not cut"
            self.perform(self.story.tell(VoiceEnded(of) if well else VoiceFailed(of, "no device")))
        elif of is not None:
            self.perform(self.story.tell(AsideEnded(of) if well else AsideFailed(of, "no device")))

    @rule(seconds=st.sampled_from([0.5, 1, 6, 30]))
    def a_moment_passes(self, seconds: float) -> None:
        self.perform(self.story.wait(timedelta(seconds=seconds)))

    @rule(minutes=st.sampled_from([2, 5, 20, 90, 600]))
    def time_passes(self, minutes: float) -> None:
        """Let the terminal live for some time: it looks whenever the agenda wants to, and each speech ends well."""
        until = self.story.now + timedelta(minutes=minutes)
        while self.story.now < until:
            due = agenda.deadline(self.story.state, self.story.now)
            assert due is None or due > self.story.now, "the terminal would do nothing but look"
            if self.speaking:
                due = min(due or until, self.story.now + SPEECH)
            ends = self.speaking is not None and due == self.story.now + SPEECH
            self.story.now = min(due or until, until)
            if ends:
                self.the_voice_ends(well=True)
            self.perform(self.story.wait(timedelta(0)))
            self.an_emergency_is_said_again()

    @rule(minutes=st.sampled_from([0.1, 5, 45, 600]))
    def the_power_fails(self, minutes: float) -> None:
        self.story.now += timedelta(minutes=minutes)
        self.speaking = None
        self.asked.clear()
        self.not_before.clear()
        self.story.state = agenda.State(manners=self.story.state.manners, time_is_known=False)
        for of, one in self.known.items():
            self.perform(self.story.tell(Restored(one, self.inbox[of])))
        self.perform(self.story.tell(TimeKnown()))

    # What is always true

    @invariant()
    def the_agenda_knows_who_speaks(self) -> None:
        state = self.story.state
        assert [item.key for item in state.in_voicing(Voicing.SPEAKING)] == (
            [self.speaking] if isinstance(self.speaking, Key) else []
        )
        assert state.aside == (None if isinstance(self.speaking, Key) else self.speaking)
        assert not (state.aside and state.busy)
        assert len(state.in_voicing(Voicing.SPEAKING, Voicing.DUE)) <= 1

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        """Every valid one that nobody has confirmed is said sooner or later, alone or with others, or declined."""
        state, now = self.story.state, self.story.now
        for of, one in self.known.items():
            report = self.inbox[of]
            silenced = report.silence in (Silence.SUMMARISED, Silence.DECLINED)
            ended = report.outcome not in (None, Outcome.VOICE_FAILED)
            if report.voiced_at or report.confirmed_at or silenced or ended or one.expires <= now:
                continue
            item = state.items[of]
            assert item.voicing is not Voicing.FINISHED, "it is neither said nor told of"
            if item.voicing is Voicing.WAITING and not (state.busy or state.aside):
                assert agenda.deadline(state, now) is not None
                is_held = self.is_quiet() and one.level is not Level.EMERGENCY
                is_early = item.not_before is not None and item.not_before > now
                is_gathering = state.gathering_until is not None and state.gathering_until > now
                assert is_held or is_early or is_gathering

    @invariant()
    def an_emergency_is_said_again(self) -> None:
        """At the latest ten minutes after it was last said, unless another one is being said."""
        busy = self.story.state.busy
        if busy and busy.is_emergency:
            return
        for of, one in self.known.items():
            report = self.inbox[of]
            is_over = one.is_cancel or one.expires <= self.story.now or not self.is_newest(of)
            if one.level is Level.EMERGENCY and report.voiced_at and not (report.confirmed_at or is_over):
                assert self.story.now - self.last_end[of] <= LATER_REPEAT

    @invariant()
    def what_was_superseded_is_not_on_the_screen(self) -> None:
        shown = agenda.focus(self.story.state, self.story.now)
        assert shown is None or not shown.superseded

    def teardown(self) -> None:
        """A night later whatever is still valid was told."""
        for of, one in list(self.known.items()):
            if one.level is Level.EMERGENCY:
                self.confirm(of)
        self.time_passes(11 * 60)
        for of, one in self.known.items():
            report = self.inbox[of]
            if one.expires > self.story.now and self.is_newest(of):
                assert report.voiced_at or report.confirmed_at or report.silence or report.outcome


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
