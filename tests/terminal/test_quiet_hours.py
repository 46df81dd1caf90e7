"""Quiet hours: what waits for the morning, what does not, and when the morning is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.wire import Alert, Outcome, Silence
from terminal_client import agenda
from terminal_client.events import (
    Arrived,
    AsideEnded,
    Confirmed,
    Displayed,
    Ended,
    MannersChanged,
    Reached,
    ReplayAsked,
    Restored,
    StopSpeaking,
    TimeKnown,
    VoiceEnded,
    VoiceFailed,
    VoiceStarted,
    Withheld,
)
from terminal_client.manners import Manners, QuietHours
from tests.terminal.alerts import alert, cancel, update
from tests.terminal.stories import Story, begun, digest, key, received, say

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NIGHTLY = QuietHours(time(21), time(7))
MANNERS = Manners(TOKYO, NIGHTLY)
EVENING = datetime(2026, 11, 24, 20, 59, 30, tzinfo=TOKYO)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=TOKYO)
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=TOKYO)
MINUTE = timedelta(minutes=1)


def story_at(now: datetime) -> Story:
    return Story(now=now, state=agenda.State(manners=MANNERS))


def sent_at(now: datetime, identifier: str = "a-1", *, level: str = "notice", hours: float = 24) -> Alert:
    return alert(identifier, level=level, sent=now, hours=hours)


@pytest.mark.parametrize("level", ["important", "notice"])
def test_at_night_an_alert_is_shown_at_once_and_told_in_the_morning(level: str) -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT, level=level)

    assert story.tell(Arrived(one)) == [Withheld(key(one), Silence.HELD)]
    assert agenda.focus(story.state, NIGHT) == story.state.items[key(one)]
    assert story.tell(Displayed(key(one))) == [Reached(key(one), "displayed_at")]
    assert agenda.deadline(story.state, story.now) == MORNING
    story.wait_for_deadline()

    assert story.spoken() == [key(one)]
    assert story.withheld() == [(key(one), Silence.HELD)]


def test_an_emergency_speaks_at_night_too_and_again_until_it_is_confirmed() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT, level="emergency")
    story.tell(Arrived(one))
    say(story, one)
    story.wait_for_deadline()

    assert story.spoken() == [key(one)] * 2
    assert story.withheld() == []


def test_up_to_three_are_told_one_by_one_in_the_order_of_urgency() -> None:
    story = story_at(NIGHT)
    notice, late_notice, important = (
        sent_at(NIGHT, "a-1"),
        sent_at(NIGHT, "a-2"),
        sent_at(NIGHT, "a-3", level="important"),
    )
    story.tell(Arrived(notice), Arrived(late_notice), Arrived(important))
    story.tell(*(Displayed(key(each)) for each in (notice, late_notice, important)))
    story.wait_for_deadline()
    story.tell(VoiceEnded(key(important)), VoiceEnded(key(notice)))

    assert story.spoken() == [key(important), key(notice), key(late_notice)]


def test_more_than_three_are_told_in_one_sentence() -> None:
    story = story_at(NIGHT)
    held = [sent_at(NIGHT, f"a-{number}") for number in range(agenda.HELD_ONE_BY_ONE + 1)]
    story.tell(*map(Arrived, held))
    story.wait_for_deadline()

    assert story.digests() == [digest(*reversed(held))]
    assert story.spoken() == []


def test_what_has_expired_by_the_morning_is_not_told() -> None:
    """Promise 4."""
    story, one = story_at(NIGHT), sent_at(NIGHT, hours=1)
    story.tell(Arrived(one))

    assert story.wait_for_deadline() == [Ended(key(one), Outcome.EXPIRED, "expired before it could be said")]
    story.wait(MORNING - story.now)
    assert story.spoken() == []


def test_what_was_read_and_confirmed_at_night_is_not_told_in_the_morning() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    story.tell(Arrived(one), Displayed(key(one)), Confirmed(key(one)))
    story.wait(MORNING - NIGHT)

    assert story.spoken() == []


def test_who_asks_at_night_hears_it_at_once_and_not_again_in_the_morning() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    story.tell(Arrived(one), Displayed(key(one)), ReplayAsked(key(one)), VoiceStarted(key(one)))
    assert story.spoken() == [key(one)]
    assert Reached(key(one), "voiced_at") in story.tell(VoiceEnded(key(one)))

    story.wait(MORNING - NIGHT)
    assert story.spoken() == [key(one)]


def test_who_asks_at_night_without_a_sound_device_is_told_in_the_morning() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    story.tell(Arrived(one), Displayed(key(one)), ReplayAsked(key(one)), VoiceFailed(key(one), "no sound device"))
    story.wait(MORNING - NIGHT - MINUTE)
    assert story.spoken() == [key(one)]

    story.wait(MINUTE)
    assert story.spoken() == [key(one)] * 2


def test_what_is_being_said_when_they_begin_is_said_to_its_end() -> None:
    story, one = story_at(EVENING), sent_at(EVENING)
    story.tell(Arrived(one), Displayed(key(one)), VoiceStarted(key(one)))

    assert StopSpeaking() not in story.wait(MINUTE)
    assert Reached(key(one), "voiced_at") in story.tell(VoiceEnded(key(one)))
    assert story.withheld() == []


def test_what_an_emergency_cut_before_they_began_is_said_to_its_end() -> None:
    story, one, emergency = story_at(EVENING), sent_at(EVENING), sent_at(EVENING, "a-2", level="emergency")
    story.tell(Arrived(one), Displayed(key(one)), VoiceStarted(key(one)), Arrived(emergency), Displayed(key(emergency)))
    story.wait(MINUTE)
    story.tell(VoiceEnded(key(emergency)))

    assert begun(story) == [(key(one), False), (key(emergency), False), (key(one), True)]


def test_a_sentence_of_several_that_is_being_said_when_they_begin_is_said_to_its_end() -> None:
    story = story_at(EVENING)
    missed = [sent_at(EVENING - timedelta(hours=1), f"a-{number}") for number in range(2)]
    story.tell(*map(Arrived, missed))
    story.wait_for_deadline()
    several = digest(*reversed(missed))

    assert story.wait(MINUTE) == []
    assert story.tell(AsideEnded(several)) == [Withheld(each, Silence.SUMMARISED) for each in several.keys]


def test_what_waits_for_the_screen_when_they_begin_is_held() -> None:
    story = story_at(EVENING + timedelta(seconds=29.5))
    one = sent_at(story.now)
    story.tell(Arrived(one))

    assert story.wait(timedelta(seconds=0.5)) == [Withheld(key(one), Silence.HELD)]
    assert story.tell(Displayed(key(one))) == [Reached(key(one), "displayed_at")]


def test_a_withdrawal_of_what_nobody_heard_is_silent_in_the_morning_too() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    story.tell(Arrived(one), Displayed(key(one)), Arrived(cancel(one)))
    story.wait(MORNING - NIGHT)

    assert story.spoken() == []
    assert agenda.focus(story.state, MORNING) is None


def test_of_what_was_corrected_at_night_only_the_newest_is_told() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    correction = update(one)
    story.tell(Arrived(one), Arrived(correction), Displayed(key(correction)))
    story.wait(MORNING - NIGHT)

    assert story.spoken() == [key(correction)]


def test_a_power_cut_at_night_changes_nothing() -> None:
    story = Story(now=NIGHT, state=agenda.State(manners=MANNERS, time_is_known=False))
    held = [sent_at(NIGHT - timedelta(hours=1), f"a-{number}") for number in range(2)]
    reports = [received(one, silence=Silence.HELD, received_at=one.sent) for one in held]
    story.tell(*map(Restored, held, reports), TimeKnown(), *(Displayed(key(one)) for one in held))
    assert story.withheld() == []
    story.wait_for_deadline()
    story.tell(VoiceEnded(key(held[0])))

    assert story.now == MORNING
    assert story.spoken() == [key(one) for one in held]


def test_what_was_missed_and_came_at_night_is_told_in_one_sentence_after_a_power_cut_too() -> None:
    story = Story(now=NIGHT, state=agenda.State(manners=MANNERS, time_is_known=False))
    held = [sent_at(NIGHT - timedelta(hours=2), f"a-{number}") for number in range(2)]
    reports = [received(one, silence=Silence.HELD, received_at=NIGHT) for one in held]
    story.tell(*map(Restored, held, reports), TimeKnown())
    story.wait(MORNING - NIGHT)

    assert story.digests() == [digest(*reversed(held))]


def test_a_household_that_ends_its_quiet_hours_hears_at_once_what_was_held() -> None:
    story, one = story_at(NIGHT), sent_at(NIGHT)
    story.tell(Arrived(one), Displayed(key(one)), MannersChanged(Manners(TOKYO)))

    assert story.spoken() == [key(one)]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T20:59:59+09:00", None),
        ("2026-11-24T21:00:00+09:00", "2026-11-25T07:00:00+09:00"),
        ("2026-11-25T06:59:59+09:00", "2026-11-25T07:00:00+09:00"),
        ("2026-11-25T07:00:00+09:00", None),
    ],
)
def test_they_are_by_the_towns_clock_and_over_midnight(now: str, until: str | None) -> None:
    assert MANNERS.quiet_until(datetime.fromisoformat(now)) == (datetime.fromisoformat(until) if until else None)


def test_they_may_lie_within_a_day() -> None:
    siesta = Manners(TOKYO, QuietHours(time(13), time(14)))
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)
    assert [siesta.is_quiet(noon + timedelta(hours=hours)) for hours in (0, 1, 1.9, 2, 13)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(datetime(2026, 3, 28, 21, tzinfo=BERLIN), 9), (datetime(2026, 10, 24, 21, tzinfo=BERLIN), 11)],
)
def test_a_night_in_which_the_clock_is_changed_is_an_hour_shorter_or_longer(evening: datetime, hours: int) -> None:
    evening = evening.astimezone(UTC)
    morning = Manners(BERLIN, NIGHTLY).quiet_until(evening)

    assert morning is not None
    assert morning - evening == timedelta(hours=hours)
    assert morning.astimezone(BERLIN).time() == time(7)


def test_a_clock_that_is_put_back_over_their_end_does_not_begin_them_again() -> None:
    """On 25 October 2026 in Berlin 02:00 to 03:00 comes twice."""
    manners = Manners(BERLIN, QuietHours(time(21), time(2, 30)))
    end = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert manners.quiet_until(end - MINUTE) == end
    assert not any(manners.is_quiet(end + timedelta(minutes=minutes)) for minutes in range(120))


def test_a_clock_that_skips_their_end_ends_them_all_the_same() -> None:
    """On 29 March 2026 in Berlin there is no 02:30."""
    manners = Manners(BERLIN, QuietHours(time(21), time(2, 30)))
    end = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    assert manners.quiet_until(end - MINUTE) == end
    assert not manners.is_quiet(end)


@given(
    hours=st.builds(QuietHours, st.times(), st.times()),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - UTC is put to it below
    zone=st.sampled_from([TOKYO, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_it_is_quiet_until_they_end_and_not_at_their_end(hours: QuietHours, now: datetime, zone: ZoneInfo) -> None:
    now = now.replace(tzinfo=UTC)
    manners = Manners(zone, hours)
    until = manners.quiet_until(now)

    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert manners.quiet_until(until - timedelta(microseconds=1)) == until
        assert not manners.is_quiet(until) or until.astimezone(zone).time() == hours.start
