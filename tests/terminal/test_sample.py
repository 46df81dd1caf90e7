"""The household hears how its terminal speaks; whatever is to be said goes before that."""

from datetime import time, timedelta

import pytest

from terminal_client import agenda
from terminal_client.events import (
    Arrived,
    AsideEnded,
    AsideFailed,
    Displayed,
    Sample,
    SampleAsked,
    Speak,
    SpeakAside,
    StopSpeaking,
)
from terminal_client.manners import Manners, QuietHours
from tests.terminal.alerts import alert
from tests.terminal.stories import Story, key, say

SAMPLE = SpeakAside(Sample())


def test_it_is_said_when_the_household_asks_at_night_and_without_a_clock_too() -> None:
    night = Manners(quiet_hours=QuietHours(time(0), time(23, 59)))
    story = Story(state=agenda.State(manners=night, time_is_known=False))

    assert story.tell(SampleAsked()) == [SAMPLE]
    assert story.tell(AsideEnded(Sample()), SampleAsked()) == [SAMPLE]
    assert story.tell(AsideFailed(Sample(), "no sound device"), SampleAsked()) == [SAMPLE]


def test_nothing_is_said_while_something_is_being_said() -> None:
    story, one = Story(), alert()
    story.tell(SampleAsked())
    assert story.tell(SampleAsked()) == []
    story.tell(AsideEnded(Sample()), Arrived(one))
    assert story.tell(SampleAsked()) == []
    story.tell(Displayed(key(one)))
    assert story.tell(SampleAsked()) == []


@pytest.mark.parametrize("level", ["emergency", "important", "notice"])
def test_an_alert_stops_it_at_once(level: str) -> None:
    story, one = Story(), alert(level=level)
    story.tell(SampleAsked())

    assert story.tell(Arrived(one)) == [StopSpeaking()]
    story.tell(AsideEnded(Sample()), Displayed(key(one)))
    assert story.spoken() == [key(one)]


def test_several_missed_ones_stop_it_once_they_are_gathered() -> None:
    story = Story()
    story.tell(*(Arrived(alert(f"a-{number}", sent=story.now - timedelta(hours=1))) for number in range(2)))
    story.tell(SampleAsked())
    wanted = story.wait_for_deadline()

    assert wanted[0] == StopSpeaking()
    assert len(story.digests()) == 1


def test_what_has_just_become_due_goes_before_it() -> None:
    story, one = Story(), alert(level="emergency")
    story.tell(Arrived(one))
    say(story, one)
    story.now += agenda.REPEAT

    assert story.tell(SampleAsked()) == [Speak(key(one), after_hearing=False)]
