"""The agenda: who speaks when, what is shown, what is never said."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kokuchi.wire import Alert, DeliveryReport, Outcome
from terminal_client import agenda
from terminal_client.agenda import DISPLAY_WAIT, Voicing
from terminal_client.events import (
    Arrived,
    Confirmed,
    Displayed,
    Ended,
    Reached,
    ReplayAsked,
    Restored,
    Speak,
    StopSpeaking,
    TimeKnown,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
)
from tests.terminal.alerts import NOW, alert, cancel, update
from tests.terminal.stories import Story, begun, key, received, say


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


def test_a_household_that_only_reads_is_shown_the_withdrawal_of_what_it_was_shown() -> None:
    """Somebody who cannot hear has read a false warning, and has pressed nothing."""
    story, one = Story(state=agenda.State(has_voice=False)), alert()
    withdrawal = cancel(one)
    story.tell(Arrived(one), Displayed(key(one)), Arrived(withdrawal))

    assert agenda.focus(story.state, story.now) == story.state.items[key(withdrawal)]


def test_a_household_whose_speaker_failed_is_told_of_the_withdrawal_of_what_it_was_shown() -> None:
    story, one = Story(), alert()
    withdrawal = cancel(one)
    story.tell(Arrived(one), Displayed(key(one)), VoiceFailed(key(one), "no device"), Arrived(withdrawal))

    assert agenda.focus(story.state, story.now) == story.state.items[key(withdrawal)]
    story.tell(Displayed(key(withdrawal)))
    assert story.spoken() == [key(one), key(withdrawal)]


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


def test_a_device_that_stays_away_for_days_does_not_end_the_agenda() -> None:
    """Doubled for each of so many tries, the next wait would be longer than Python can count."""
    story, one = Story(), alert(hours=72)
    story.tell(Arrived(one), Displayed(key(one)))
    while story.now < one.expires:
        story.tell(VoiceFailed(key(one), "no sound device"))
        story.wait(agenda.LAST_RETRY)

    assert len(story.spoken()) > 400


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
    story.wait(agenda.GATHERING)

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
