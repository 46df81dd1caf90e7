"""When an alert goes out."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.timing import (
    NOW,
    Timing,
    check_timing,
    in_words,
    leave_out,
    left_out_after,
    left_out_in_words,
    next_after,
    occurrence_identifier,
    occurrences,
    put_back,
    quiet_until,
    span_in_words,
)
from broadcaster.domain.town import QuietHours

JAPAN = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
NOW_THERE = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)  # a Tuesday
NIGHT = QuietHours(start=time(21), end=time(7))


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JAPAN)


MONDAYS_AND_THURSDAYS = Timing(at(24, 10), frozenset({0, 3}), date(2026, 12, 7))

zones = st.sampled_from([JAPAN, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Auckland")])
minutes = st.integers(0, 500 * 24 * 60)
moments = minutes.map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
repeated = st.builds(
    lambda first, days, length: Timing(first, days, first.date() + timedelta(days=length)),
    moments,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 120),
)
with_days_left_out = st.builds(
    lambda timing, ahead: replace(timing, left_out=frozenset(timing.at.date() + timedelta(days=day) for day in ahead)),
    repeated,
    st.frozensets(st.integers(-2, 122), max_size=10),
)
timings = st.one_of(st.just(NOW), moments.map(Timing), repeated, with_days_left_out)
LONG_AGO, LONG_AFTER = datetime(2025, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


def test_on_days_of_the_week_at_a_time_of_day_until_a_day() -> None:
    found = occurrences(MONDAYS_AND_THURSDAYS, NOW_THERE, NOW_THERE + timedelta(days=60), JAPAN)
    assert found == [at(26, 10), at(30, 10), at(3, 10, month=12), at(7, 10, month=12)]


def test_the_time_of_day_stays_when_the_clocks_are_changed() -> None:
    timing = Timing(datetime(2026, 3, 28, 9, 0, tzinfo=BERLIN), frozenset(range(7)), date(2026, 3, 30))
    found = occurrences(timing, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), BERLIN)
    assert [moment.astimezone(BERLIN).hour for moment in found] == [9, 9, 9]
    assert [moment.hour for moment in found] == [8, 7, 7]


def test_a_time_that_a_day_does_not_have_comes_once_and_one_that_it_has_twice_too() -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        first = datetime.combine(day - timedelta(days=1), time(2, 30), BERLIN)
        timing = Timing(first, frozenset(range(7)), day)
        start = datetime.combine(day, time(0), BERLIN)
        assert len(occurrences(timing, start, start + timedelta(days=2), BERLIN)) == 1


@pytest.mark.parametrize(
    "first",
    [
        datetime(2027, 3, 20, 23, 30, tzinfo=ZoneInfo("America/Nuuk")),
        datetime(2026, 11, 1, 0, 30, fold=1, tzinfo=ZoneInfo("America/Havana")),
        datetime(2026, 10, 25, 0, 0, fold=1, tzinfo=ZoneInfo("Atlantic/Azores")),
    ],
)
def test_every_day_has_its_own_though_clocks_are_changed_at_midnight(first: datetime) -> None:
    """A day that is left out is found by its date: one on the next day's date would be left out with that one."""
    days = [first.date() + timedelta(days=ahead) for ahead in range(160)]
    timing, zone = Timing(first.astimezone(UTC), frozenset(range(7)), days[-1]), first.tzinfo
    assert isinstance(zone, ZoneInfo)
    found = occurrences(timing, LONG_AGO, LONG_AFTER, zone)
    assert [moment.astimezone(zone).date() for moment in found] == days
    assert found[0] == timing.at
    assert left_out_after(replace(timing, left_out=frozenset(days)), LONG_AGO, zone) == found


@given(timings, moments, zones)
def test_the_next_one_is_the_first_of_all_that_are_later(timing: Timing, after: datetime, zone: ZoneInfo) -> None:
    following = next_after(timing, after, zone)
    later = [moment for moment in occurrences(timing, after, after + timedelta(days=800), zone) if moment > after]
    assert following == (later[0] if later else None)


@given(repeated, zones)
def test_going_from_one_to_the_next_meets_each_once(timing: Timing, zone: ZoneInfo) -> None:
    start = datetime(2025, 12, 1, tzinfo=UTC)
    walked, moment = [], next_after(timing, start, zone)
    while moment is not None:
        walked.append(moment)
        moment = next_after(timing, moment, zone)
    assert walked == occurrences(timing, start, start + timedelta(days=900), zone)
    assert walked == sorted(set(walked))


@given(repeated, zones)
def test_each_is_on_one_of_the_days_within_the_span_and_not_before_its_first(timing: Timing, zone: ZoneInfo) -> None:
    assert timing.at is not None
    assert timing.until is not None
    for moment in occurrences(timing, datetime(2025, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC), zone):
        assert moment >= timing.at
        # In the hour that a change of the clocks takes out, the day may only be the one that was meant.
        assert moment.astimezone(zone).weekday() in timing.days
        assert moment.astimezone(zone).date() <= timing.until


@given(timings, moments, moments, moments, zones)
def test_what_is_in_two_parts_of_a_time_is_in_the_whole(
    timing: Timing, one: datetime, two: datetime, three: datetime, zone: ZoneInfo
) -> None:
    start, middle, end = sorted([one, two, three])
    parts = occurrences(timing, start, middle, zone) + occurrences(timing, middle, end, zone)
    assert parts == occurrences(timing, start, end, zone)


@given(with_days_left_out, zones)
def test_nothing_goes_out_on_a_day_that_is_left_out_and_all_else_does(timing: Timing, zone: ZoneInfo) -> None:
    whole = occurrences(replace(timing, left_out=frozenset()), LONG_AGO, LONG_AFTER, zone)
    kept = [moment for moment in whole if moment.astimezone(zone).date() not in timing.left_out]
    assert occurrences(timing, LONG_AGO, LONG_AFTER, zone) == kept


@given(with_days_left_out, moments, zones)
def test_leaving_out_the_next_makes_the_one_after_it_the_next_and_putting_it_back_undoes_that(
    timing: Timing, now: datetime, zone: ZoneInfo
) -> None:
    following = next_after(timing, now, zone)
    if following is None:
        return
    day = following.astimezone(zone).date()
    shorter = leave_out(timing, day)
    assert next_after(shorter, now, zone) == next_after(timing, following, zone)
    assert following in left_out_after(shorter, now, zone)
    assert following not in left_out_after(shorter, following, zone), "its time has come"
    assert put_back(shorter, day) == timing


def test_the_days_that_are_left_out_are_said_in_their_order() -> None:
    timing = leave_out(leave_out(MONDAYS_AND_THURSDAYS, date(2026, 11, 30)), date(2026, 11, 26))
    assert left_out_in_words(timing) == "11月26日(木)、11月30日(月)"
    assert left_out_after(timing, at(26, 10), JAPAN) == [at(30, 10)]
    assert left_out_in_words(NOW) == ""
    assert left_out_after(NOW, NOW_THERE, JAPAN) == []


@given(st.lists(moments, min_size=2, max_size=5, unique=True))
def test_each_day_has_an_identifier_of_its_own_and_keeps_it(days: list[datetime]) -> None:
    series = "20261124T010000Z-0a1b2c3d"
    identifiers = [occurrence_identifier(series, day) for day in days]
    assert len(set(identifiers)) == len(days)
    assert identifiers == [occurrence_identifier(series, day.astimezone(JAPAN)) for day in days]
    assert occurrence_identifier("20261124T010000Z-ffffffff", days[0]) != identifiers[0]


def test_an_identifier_of_a_day_looks_like_any_other() -> None:
    made = occurrence_identifier("20261124T010000Z-0a1b2c3d", at(26, 10))
    assert made.startswith("20261126T010000Z-")
    assert len(made) == len("20261124T010000Z-0a1b2c3d")


@pytest.mark.parametrize(
    ("timing", "words", "span"),
    [
        (NOW, "いますぐ", ""),
        (Timing(at(25, 9)), "11月25日(水)午前9時", ""),
        (Timing(at(25, 12, 5)), "11月25日(水)午後0時5分", ""),
        (Timing(at(25, 0)), "11月25日(水)午前0時", ""),
        (MONDAYS_AND_THURSDAYS, "毎週月・木曜日の午前10時", "11月24日(火)から12月7日(月)まで"),
        (
            Timing(at(25, 18, 30), frozenset(range(7)), date(2026, 12, 1)),
            "毎日の午後6時30分",
            "11月25日(水)から12月1日(火)まで",
        ),
    ],
)
def test_a_timing_is_said_as_the_town_says_it(timing: Timing, words: str, span: str) -> None:
    assert (in_words(timing, JAPAN), span_in_words(timing, JAPAN)) == (words, span)


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (Timing(at(24, 10)), "at"),
        (Timing(NOW_THERE + timedelta(days=400)), "at"),
        (Timing(datetime(1, 1, 1, tzinfo=JAPAN), frozenset({0}), date(2026, 12, 1)), "at"),
        (Timing(at(25, 10), frozenset({7}), date(2026, 12, 1)), "days"),
        (Timing(at(25, 10), frozenset({0})), "until"),
        (Timing(at(25, 10), frozenset({0}), date(2026, 11, 24)), "until"),
        (Timing(at(25, 10), frozenset({0}), date(2026, 11, 29)), "until"),
        (Timing(at(25, 10), frozenset({0}), date(2030, 1, 1)), "until"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(timing: Timing, field: str) -> None:
    assert [problem.field for problem in check_timing(timing, NOW_THERE, JAPAN)] == [field]


@pytest.mark.parametrize("timing", [NOW, Timing(at(24, 10, 1)), MONDAYS_AND_THURSDAYS])
def test_what_can_be_kept_has_nothing_wrong(timing: Timing) -> None:
    assert check_timing(timing, NOW_THERE, JAPAN) == []


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(24, 20, 59), None),
        (at(24, 21), at(25, 7)),
        (at(25, 6, 59), at(25, 7)),
        (at(25, 7), None),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(now: datetime, end: datetime | None) -> None:
    assert quiet_until(NIGHT, now, JAPAN) == end


def test_quiet_hours_within_a_day_end_on_it_and_a_town_without_any_has_none() -> None:
    noon = QuietHours(start=time(12), end=time(13))
    assert quiet_until(noon, at(24, 12, 30), JAPAN) == at(24, 13)
    assert quiet_until(noon, at(24, 13), JAPAN) is None
    assert quiet_until(None, at(24, 23), JAPAN) is None
