"""An emergency is said again until somebody confirms it, less often after half an hour."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from kokuchi.wire import Alert
from terminal_client import agenda
from terminal_client.agenda import LATER_REPEAT, OFTEN, REPEAT, Voicing
from terminal_client.events import (
    Arrived,
    Confirmed,
    Displayed,
    Event,
    Reached,
    ReplayAsked,
    Restored,
    StopSpeaking,
    TimeKnown,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from tests.terminal.alerts import NOW, alert, cancel, update
from tests.terminal.stories import Story, key, received, say

SPEECH = timedelta(minutes=1)


def after_emergency(**changes: float) -> tuple[Story, Alert]:
    """Return a story in which an emergency was just said."""
    story, one = Story(), alert(level="emergency", **changes)  # type: ignore[arg-type] # hours
    story.tell(Arrived(one))
    say(story, one)
    return story, one


def begins(story: Story, one: Alert, until: datetime) -> list[timedelta]:
    """Let time pass, each speech a minute long; return how long after NOW it began each time."""
    found = []
    while (due := agenda.deadline(story.state, story.now)) is not None and due < until:
        story.wait(due - story.now)
        if story.state.in_voicing(Voicing.SPEAKING):
            found.append(story.now - NOW)
            story.now += SPEECH
            story.tell(VoiceEnded(key(one)))
    return found


def test_it_is_said_every_three_minutes_for_half_an_hour_and_then_every_ten_until_it_expires() -> None:
    story, one = after_emergency(hours=2)

    at = begins(story, one, one.expires + timedelta(hours=1))

    pauses = [later - earlier - SPEECH for earlier, later in pairwise(at)]
    often = [pause for pause, begin in zip(pauses, at, strict=False) if begin + SPEECH < OFTEN]
    assert at[0] == REPEAT
    assert often == [REPEAT] * 7
    assert set(pauses[7:]) == {LATER_REPEAT}
    assert at[-1] > timedelta(hours=2) - LATER_REPEAT - SPEECH


def test_a_repeat_is_no_new_voicing() -> None:
    """Promise 2: it was voiced once, when it was."""
    story, one = after_emergency()
    before = story.actions.count(Reached(key(one), "voiced_at"))
    story.wait_for_deadline()
    story.tell(VoiceEnded(key(one)))

    assert story.spoken() == [key(one)] * 2
    assert story.actions.count(Reached(key(one), "voiced_at")) == before == 1


@pytest.mark.parametrize("level", ["important", "notice"])
def test_nothing_else_is_repeated(level: str) -> None:
    story, one = Story(), alert(level=level)
    story.tell(Arrived(one))
    say(story, one)
    story.wait(timedelta(hours=1))

    assert story.spoken() == [key(one)]


def test_a_withdrawal_of_an_emergency_is_told_once() -> None:
    story, one = after_emergency()
    withdrawal = cancel(one)
    story.tell(Arrived(withdrawal))
    say(story, withdrawal)
    story.wait(timedelta(hours=1))

    assert story.spoken() == [key(one), key(withdrawal)]


@pytest.mark.parametrize("what", ["confirmed", "corrected", "withdrawn"])
def test_it_is_not_said_again_once_it_is(what: str) -> None:
    story, one = after_emergency()
    event: dict[str, Event] = {
        "confirmed": Confirmed(key(one)),
        "corrected": Arrived(update(one)),
        "withdrawn": Arrived(cancel(one)),
    }
    story.tell(event[what])
    for _ in range(30):
        story.wait(timedelta(minutes=2))

    assert story.spoken().count(key(one)) == 1


def test_the_button_ends_a_repeat_mid_sentence() -> None:
    story, one = after_emergency()
    story.wait_for_deadline()

    assert StopSpeaking() in story.tell(Confirmed(key(one)))
    assert agenda.deadline(story.state, story.now) is None


def test_it_goes_on_after_a_power_cut() -> None:
    story, one = Story(state=agenda.State(time_is_known=False)), alert(level="emergency")
    story.tell(Restored(one, received(one, voiced_at=NOW, displayed_at=NOW)))
    story.wait(REPEAT)
    assert story.spoken() == []

    story.tell(TimeKnown())
    assert story.spoken() == [key(one)]


@pytest.mark.parametrize(("hours", "moments"), [(24, ["voiced_at", "confirmed_at"]), (0.01, ["voiced_at"])])
def test_after_a_power_cut_what_was_confirmed_or_has_expired_is_not_repeated(hours: float, moments: list[str]) -> None:
    story, one = Story(), alert(level="emergency", hours=hours)
    story.tell(Restored(one, received(one).model_copy(update=dict.fromkeys(moments, NOW))))
    story.wait(timedelta(hours=1))

    assert story.spoken() == []


def test_a_repeat_that_no_device_took_is_tried_again_and_stays_voiced() -> None:
    story, one = after_emergency()
    story.wait_for_deadline()

    assert story.tell(VoiceFailed(key(one), "no sound device")) == []
    story.wait(agenda.FIRST_RETRY)
    assert story.spoken() == [key(one)] * 3


@pytest.mark.parametrize("level", ["important", "notice"])
def test_a_replay_of_anything_else_that_no_device_took_is_not_tried_by_itself(level: str) -> None:
    story, one = Story(), alert(level=level)
    story.tell(Arrived(one))
    say(story, one)
    story.tell(ReplayAsked(key(one)), VoiceFailed(key(one), "no sound device"))
    story.wait(timedelta(hours=1))

    assert story.spoken() == [key(one)] * 2


def test_one_that_was_heard_on_request_is_repeated_after_that() -> None:
    story, one = after_emergency()
    story.wait(timedelta(minutes=2))
    story.tell(ReplayAsked(key(one)), VoiceStarted(key(one)), VoiceEnded(key(one)))

    assert agenda.deadline(story.state, story.now) == story.now + REPEAT


def test_a_new_emergency_does_not_wait_for_a_repeat() -> None:
    story, one = after_emergency()
    new = alert("a-2", level="emergency")
    story.wait_for_deadline()

    assert StopSpeaking() in story.tell(Arrived(new))
    say(story, new)

    assert story.spoken() == [key(one), key(one), key(new), key(one)]


def test_a_repeat_interrupts_a_notice_which_resumes() -> None:
    story, one = after_emergency()
    notice = alert("a-2")
    story.wait(REPEAT - timedelta(seconds=10))
    story.tell(Arrived(notice), Displayed(key(notice)), VoiceStarted(key(notice)))

    assert StopSpeaking() in story.wait_for_deadline()
    story.tell(VoiceEnded(key(one)))
    assert story.spoken() == [key(one), key(notice), key(one), key(notice)]
