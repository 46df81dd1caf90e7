"""The household's choice: notices of a kind that it does not want spoken are only shown; no warning can be refused."""

from datetime import timedelta

import pytest

from kokuchi.wire import Alert, Severity, Silence
from terminal_client import agenda
from terminal_client.events import Arrived, Confirmed, Displayed, MannersChanged, ReplayAsked, VoiceEnded, Withheld
from terminal_client.manners import Manners
from tests.terminal.alerts import alert, cancel, update
from tests.terminal.stories import Story, key, say

UNSPOKEN = Manners(unspoken=frozenset({"awareness_event"}))


def household() -> Story:
    return Story(state=agenda.State(manners=UNSPOKEN))


def event(identifier: str = "a-1", *, level: str = "notice") -> Alert:
    return alert(identifier, level=level, category="awareness_event")


def test_a_notice_of_such_a_kind_is_shown_and_not_spoken() -> None:
    story, one = household(), event()

    assert story.tell(Arrived(one)) == [Withheld(key(one), Silence.DECLINED)]
    story.tell(Displayed(key(one)))
    story.wait(timedelta(hours=1))
    assert story.spoken() == []
    assert agenda.focus(story.state, story.now) == story.state.items[key(one)]


def test_a_notice_of_another_kind_is_spoken() -> None:
    story, one = household(), alert()
    story.tell(Arrived(one), Displayed(key(one)))

    assert story.spoken() == [key(one)]


@pytest.mark.parametrize("level", ["important", "emergency"])
def test_a_warning_cannot_be_refused(level: str) -> None:
    story, one = household(), event(level=level)
    story.tell(Arrived(one), Displayed(key(one)))

    assert story.spoken() == [key(one)]


def test_who_asks_hears_it_all_the_same() -> None:
    story, one = household(), event()
    story.tell(Arrived(one), Displayed(key(one)), ReplayAsked(key(one)))

    assert story.spoken() == [key(one)]


def test_a_correction_of_it_is_not_spoken_and_one_that_makes_it_a_warning_is() -> None:
    story, one = household(), event()
    correction = update(one)
    warning = update(correction, severity=Severity.SEVERE)
    story.tell(Arrived(one), Arrived(correction), Displayed(key(correction)))
    assert story.withheld() == [(key(one), Silence.DECLINED), (key(correction), Silence.DECLINED)]

    story.tell(Arrived(warning), Displayed(key(warning)))
    assert story.spoken() == [key(warning)]


def test_a_withdrawal_of_what_was_only_read_is_not_spoken() -> None:
    story, one = household(), event()
    withdrawal = cancel(one)
    story.tell(Arrived(one), Displayed(key(one)), Confirmed(key(one)), Arrived(withdrawal), Displayed(key(withdrawal)))

    assert story.withheld()[-1] == (key(withdrawal), Silence.DECLINED)
    assert story.spoken() == []
    assert agenda.focus(story.state, story.now) == story.state.items[key(withdrawal)]


def test_a_withdrawal_of_what_was_read_without_a_press_is_on_the_screen_too() -> None:
    """Nothing was ever said of it, so it is the screen that has to take it back."""
    story, one = household(), event()
    withdrawal = cancel(one)
    story.tell(Arrived(one), Displayed(key(one)), Arrived(withdrawal))

    assert story.spoken() == []
    assert agenda.focus(story.state, story.now) == story.state.items[key(withdrawal)]


def test_a_choice_holds_for_what_waits_already() -> None:
    story, busy, one = Story(), alert("a-0"), event()
    story.tell(Arrived(busy), Displayed(key(busy)), Arrived(one))

    assert story.tell(MannersChanged(UNSPOKEN)) == [Withheld(key(one), Silence.DECLINED)]
    story.tell(VoiceEnded(key(busy)))
    assert story.spoken() == [key(busy)]


def test_a_choice_is_not_made_for_what_was_declined_before() -> None:
    """Whoever changes it does not want to hear all of last week."""
    story, one, new = household(), event(), event("a-2")
    story.tell(Arrived(one), MannersChanged(Manners()), Arrived(new))
    say(story, new)

    assert story.spoken() == [key(new)]
