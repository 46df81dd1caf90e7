"""Promise 9: after a long absence nobody is flooded; several missed alerts are told in one sentence."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kokuchi.wire import Alert, Outcome, Silence
from terminal_client import agenda
from terminal_client.agenda import GATHERING, MISSED_AFTER
from terminal_client.events import (
    Arrived,
    AsideEnded,
    AsideFailed,
    Confirmed,
    Displayed,
    Ended,
    Reached,
    ReplayAsked,
    Restored,
    SpeakAside,
    StopSpeaking,
    TimeKnown,
    VoiceEnded,
    VoiceStarted,
    Withheld,
)
from tests.terminal.alerts import NOW, alert, cancel, update
from tests.terminal.stories import Story, digest, key, received, say

SECOND = timedelta(seconds=1)


def missed(identifier: str, *, level: str = "notice", hours: float = 24, drill: bool = False) -> Alert:
    return alert(identifier, level=level, sent=NOW - 2 * MISSED_AFTER, hours=hours, drill=drill)


NOTICE, IMPORTANT, LATER_NOTICE = missed("a-1"), missed("a-2", level="important"), missed("a-3")
SEVERAL = (NOTICE, IMPORTANT, LATER_NOTICE)
IN_ORDER = digest(IMPORTANT, LATER_NOTICE, NOTICE)


def after_absence() -> Story:
    """Return a story in which several were missed, and the digest has just begun."""
    story = Story()
    story.tell(*map(Arrived, SEVERAL))
    story.wait_for_deadline()
    return story


def test_they_are_gathered_and_told_in_one_sentence() -> None:
    story = Story()
    for each in SEVERAL:
        assert not any(isinstance(action, SpeakAside) for action in story.tell(Arrived(each)))
        story.wait(SECOND)

    assert agenda.deadline(story.state, story.now) == story.now - SECOND + GATHERING
    story.wait_for_deadline()
    assert story.digests() == [IN_ORDER]
    assert story.tell(AsideEnded(IN_ORDER)) == [Withheld(one, Silence.SUMMARISED) for one in IN_ORDER.keys]
    story.wait(timedelta(hours=1))
    assert story.digests() == [IN_ORDER]
    assert story.spoken() == []


def test_they_stay_unconfirmed_on_the_screen_and_can_be_heard_one_by_one() -> None:
    story = after_absence()
    assert agenda.focus(story.state, story.now) == story.state.items[key(IMPORTANT)]
    assert agenda.others(story.state, story.now) == 2
    story.tell(AsideEnded(IN_ORDER))

    assert agenda.focus(story.state, story.now) == story.state.items[key(IMPORTANT)]
    assert len(agenda.unconfirmed(story.state)) == 3
    story.tell(Displayed(key(NOTICE)), ReplayAsked(key(NOTICE)))
    assert story.spoken() == [key(NOTICE)]
    assert Reached(key(NOTICE), "voiced_at") in story.tell(VoiceEnded(key(NOTICE)))


def test_a_single_one_is_told_in_its_own_words() -> None:
    story = Story()
    story.tell(Arrived(NOTICE), Displayed(key(NOTICE)))
    assert story.spoken() == []
    story.wait_for_deadline()

    assert story.spoken() == [key(NOTICE)]
    assert story.digests() == []


def test_what_was_sent_a_moment_ago_is_told_in_its_own_words_at_once() -> None:
    story, fresh = Story(), alert("a-9")
    story.tell(Arrived(fresh), Displayed(key(fresh)), *map(Arrived, SEVERAL))

    assert story.spoken() == [key(fresh)]
    story.wait(GATHERING)
    assert story.digests() == []
    story.tell(VoiceEnded(key(fresh)))
    assert story.digests() == [IN_ORDER]


def test_an_emergency_that_was_missed_is_told_in_full_and_first() -> None:
    story, emergency = Story(), missed("a-9", level="emergency")
    story.tell(*map(Arrived, SEVERAL), Arrived(emergency), Displayed(key(emergency)))

    assert story.spoken() == [key(emergency)]
    story.wait(GATHERING)
    assert story.digests() == []
    story.tell(VoiceEnded(key(emergency)))
    assert story.digests() == [IN_ORDER]


def test_an_emergency_interrupts_and_the_sentence_starts_anew_with_what_came_meanwhile() -> None:
    story, emergency, more = after_absence(), alert("a-9", level="emergency"), missed("a-4")

    assert story.tell(Arrived(emergency))[0] == StopSpeaking()
    story.tell(Arrived(more), AsideEnded(IN_ORDER))
    say(story, emergency)
    story.wait(GATHERING)

    assert story.digests() == [IN_ORDER, digest(IMPORTANT, more, LATER_NOTICE, NOTICE)]
    assert story.withheld() == []


@pytest.mark.parametrize("level", ["important", "notice"])
def test_nothing_lower_interrupts(level: str) -> None:
    story, fresh = after_absence(), alert("a-9", level=level)

    assert StopSpeaking() not in story.tell(Arrived(fresh), Displayed(key(fresh)))
    story.tell(AsideEnded(IN_ORDER), Displayed(key(fresh)))
    assert story.spoken() == [key(fresh)]


@pytest.mark.parametrize(("later", "begun"), [(update, "correction"), (cancel, "withdrawal")])
def test_a_newer_revision_of_one_of_them_stops_the_sentence_at_once(
    later: Callable[[Alert], Alert], begun: str
) -> None:
    """Promise 6: the sentence said the old headline, and who heard it is told of the new one."""
    story = after_absence()
    newer = later(IMPORTANT)

    wanted = story.tell(Arrived(newer), Displayed(key(newer)))
    assert wanted[0] == StopSpeaking()
    story.wait(GATHERING)
    if begun == "withdrawal":
        assert story.spoken() == [key(newer)]
        story.tell(VoiceEnded(key(newer)))
        assert story.digests()[1:] == [digest(LATER_NOTICE, NOTICE)]
    else:
        assert story.digests()[1:] == [digest(newer, LATER_NOTICE, NOTICE)]


def test_whoever_confirms_one_of_them_is_told_no_more_and_sees_the_others() -> None:
    story = after_absence()

    assert story.tell(Confirmed(key(IMPORTANT))) == [
        StopSpeaking(),
        Withheld(key(LATER_NOTICE), Silence.SUMMARISED),
        Withheld(key(NOTICE), Silence.SUMMARISED),
        Reached(key(IMPORTANT), "confirmed_at"),
    ]
    assert agenda.focus(story.state, story.now) == story.state.items[key(LATER_NOTICE)]
    story.tell(AsideEnded(IN_ORDER))
    story.wait(timedelta(hours=1))
    assert story.digests() == [IN_ORDER]


def test_whoever_asks_for_one_of_them_hears_it_at_once() -> None:
    story = after_absence()
    story.tell(Displayed(key(IMPORTANT)))

    assert story.tell(ReplayAsked(key(IMPORTANT)))[0] == StopSpeaking()
    assert story.spoken() == [key(IMPORTANT)]
    story.tell(VoiceStarted(key(IMPORTANT)), VoiceEnded(key(IMPORTANT)))
    story.wait(timedelta(hours=1))
    assert story.digests() == [IN_ORDER]


def test_after_a_long_time_without_power_they_are_gathered_with_what_arrives() -> None:
    story = Story(state=agenda.State(time_is_known=False))
    story.tell(Restored(NOTICE, received(NOTICE)), TimeKnown())
    story.wait(SECOND)
    story.tell(Arrived(IMPORTANT))
    story.wait_for_deadline()

    assert story.digests() == [digest(IMPORTANT, NOTICE)]


@pytest.mark.parametrize("silence", [Silence.SUMMARISED, Silence.DECLINED])
def test_what_was_told_with_others_is_not_told_again_after_a_power_cut(silence: Silence) -> None:
    story = Story()
    story.tell(*(Restored(each, received(each, silence=silence)) for each in SEVERAL))
    story.wait(timedelta(hours=1))

    assert (story.digests(), story.spoken()) == ([], [])
    assert len(agenda.unconfirmed(story.state)) == 3


def test_who_was_told_of_it_with_others_is_told_of_its_withdrawal() -> None:
    story = after_absence()
    story.tell(AsideEnded(IN_ORDER))
    withdrawal = cancel(NOTICE)
    story.tell(Arrived(withdrawal), Displayed(key(withdrawal)))

    assert story.spoken() == [key(withdrawal)]


def test_a_sentence_that_no_device_took_is_tried_again() -> None:
    """Promise 5."""
    story = after_absence()

    wanted = story.tell(AsideFailed(IN_ORDER, "no sound device"))
    assert wanted == [Ended(one, Outcome.VOICE_FAILED, "no sound device") for one in IN_ORDER.keys]
    story.wait(agenda.FIRST_RETRY)
    assert story.digests() == [IN_ORDER] * 2


def test_what_expires_while_it_is_told_was_told() -> None:
    story, short = Story(), missed("a-9", hours=1 + GATHERING.total_seconds() / 3600 + 0.001)
    story.tell(Arrived(short), Arrived(NOTICE))
    story.wait(GATHERING)
    story.wait(timedelta(seconds=10))

    assert short.expires < story.now
    assert Withheld(key(short), Silence.SUMMARISED) in story.tell(AsideEnded(digest(NOTICE, short)))
    assert not any(isinstance(action, Ended) for action in story.actions)


def test_a_drill_is_never_the_one_whose_headline_is_said_while_another_is_real() -> None:
    """Promise 7."""
    story, drill = Story(), missed("a-9", level="important", drill=True)
    story.tell(Arrived(drill), Arrived(NOTICE))
    story.wait_for_deadline()

    assert story.digests() == [digest(NOTICE, drill)]
