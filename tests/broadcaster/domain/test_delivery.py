"""How reports add up (promise 3), what is counted, and what stands out."""

from datetime import datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings

from broadcaster.domain.delivery import (
    SILENT_AFTER,
    Delivery,
    Fault,
    Reach,
    Stage,
    Trouble,
    faults,
    merge,
    reach,
    reminder_after,
    trouble,
)
from broadcaster.domain.service import Service
from kokuchi.wire import Clock, Outcome, Presence, Silence, Speaker
from tests.broadcaster.examples import NOW, presence, report
from tests.wire import strategies

LATER = NOW + timedelta(seconds=5)
MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")

deliveries = strategies.delivery_reports().map(Delivery.of)
lattice = settings(deadline=None, max_examples=60)


@lattice
@given(one=deliveries, other=deliveries)
def test_it_does_not_matter_which_report_comes_first(one: Delivery, other: Delivery) -> None:
    assert merge(one, other) == merge(other, one)


@lattice
@given(one=deliveries, two=deliveries, three=deliveries)
def test_it_does_not_matter_how_reports_are_put_together(one: Delivery, two: Delivery, three: Delivery) -> None:
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@lattice
@given(one=deliveries, other=deliveries)
def test_a_report_that_comes_twice_changes_nothing(one: Delivery, other: Delivery) -> None:
    assert merge(one, one) == one
    assert merge(merge(one, other), other) == merge(one, other)


@lattice
@given(one=deliveries)
def test_nothing_known_is_where_every_delivery_begins(one: Delivery) -> None:
    assert merge(Delivery(), one) == one


@lattice
@given(known=deliveries, reported=deliveries)
def test_no_report_moves_a_delivery_back(known: Delivery, reported: Delivery) -> None:
    merged = merge(known, reported)
    for moment in MOMENTS:
        before: datetime | None = getattr(known, moment)
        after: datetime | None = getattr(merged, moment)
        if before is not None:
            assert after is not None
            assert after <= before
    if known.silence is not None:
        assert merged.silence is not None
        assert merged.silence.rank >= known.silence.rank
    if known.outcome is not None:
        assert merged.outcome is not None
        assert merged.outcome.rank >= known.outcome.rank


def test_of_two_outcomes_the_higher_stands_with_its_own_reason() -> None:
    failed = Delivery(outcome=Outcome.VOICE_FAILED, reason="z no device")
    cancelled = Delivery(outcome=Outcome.CANCELLED, reason="a withdrawn")
    assert merge(failed, cancelled) == merge(cancelled, failed) == cancelled


def test_every_order_of_a_whole_life_ends_the_same() -> None:
    life = [
        Delivery(received_at=NOW),
        Delivery(received_at=NOW, displayed_at=LATER),
        Delivery(received_at=NOW, displayed_at=LATER, voice_started_at=LATER, voiced_at=LATER),
        Delivery(outcome=Outcome.VOICE_FAILED, reason="no device"),
    ]
    ends = set()
    for order in permutations(life):
        known = Delivery()
        for reported in order:
            known = merge(known, reported)
        ends.add(known)
    assert len(ends) == 1


def test_a_delivery_is_complete_when_every_stage_was_reached() -> None:
    whole = Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW, confirmed_at=NOW)
    assert whole.is_complete
    assert not Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW).is_complete
    assert whole.at(Stage.CONFIRMED) == NOW
    assert [earlier.value for earlier, _ in pairwise(Stage)] == ["received", "displayed", "voiced"]


def test_reach_counts_each_stage_and_what_went_wrong() -> None:
    deliveries = [
        Delivery(),
        Delivery(received_at=NOW),
        Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW, confirmed_at=NOW),
        Delivery(received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED),
        Delivery(received_at=NOW, voiced_at=NOW, outcome=Outcome.VOICE_FAILED),
        Delivery(outcome=Outcome.REFUSED),
    ]
    counted = reach((delivery, Service.IN_SERVICE) for delivery in deliveries)
    stages = {"received": 4, "displayed": 2, "voiced": 2, "confirmed": 1}
    assert counted == Reach(6, **stages, voice_failed=1, refused=1, missing=1, troubled=3)
    assert counted.unreached == 2


@pytest.mark.parametrize("service", [Service.SUSPENDED, Service.RETIRED])
def test_nobody_waits_for_a_terminal_that_has_left_and_what_it_had_said_before_stays(service: Service) -> None:
    said = [Delivery(received_at=NOW, voiced_at=NOW), Delivery(outcome=Outcome.REFUSED)]
    counted = reach((delivery, service) for delivery in [Delivery(), *said])
    assert counted == Reach(3, received=1, voiced=1, refused=1, troubled=2, out_of_service=1)
    assert counted.unreached == 1, "the one that has refused it"
    assert trouble(Delivery(), service, None, NOW, LATE) is None
    assert [trouble(delivery, service, None, NOW, LATE) for delivery in said] == [
        Trouble.NOT_DISPLAYED,
        Trouble.REFUSED,
    ]


def test_an_alert_without_deliveries_has_reached_nobody_and_missed_nobody() -> None:
    assert reach([]) == Reach()
    assert reach([]).unreached == 0


def _silent(silence: Silence, displayed_at: datetime | None = None) -> Delivery:
    """An alert that expired at a terminal without being said by itself."""
    return Delivery(received_at=NOW, displayed_at=displayed_at, outcome=Outcome.EXPIRED, silence=silence)


ONLINE, OFFLINE = presence("t-1"), presence("t-1", online=False)
SOON, LATE = NOW + SILENT_AFTER, NOW + SILENT_AFTER + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("delivery", "presence", "now", "expected"),
    [
        (Delivery(), None, NOW, Trouble.NEVER_SEEN),
        (Delivery(), OFFLINE, NOW, Trouble.OFFLINE),
        (Delivery(), ONLINE, SOON, None),
        (Delivery(), ONLINE, LATE, Trouble.NO_ANSWER),
        (Delivery(received_at=NOW), None, LATE, None),
        (Delivery(received_at=NOW), OFFLINE, LATE, None),
        (Delivery(received_at=NOW, voiced_at=NOW), ONLINE, NOW, Trouble.NOT_DISPLAYED),
        (Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW), ONLINE, LATE, None),
        (Delivery(outcome=Outcome.REFUSED), ONLINE, NOW, Trouble.REFUSED),
        (Delivery(received_at=NOW, outcome=Outcome.VOICE_FAILED), ONLINE, NOW, Trouble.VOICE_FAILED),
        (Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW, outcome=Outcome.VOICE_FAILED), ONLINE, NOW, None),
        (Delivery(received_at=NOW, outcome=Outcome.EXPIRED), ONLINE, NOW, Trouble.EXPIRED),
        (Delivery(outcome=Outcome.EXPIRED), None, NOW, Trouble.EXPIRED),
        (Delivery(received_at=NOW, displayed_at=NOW, voiced_at=NOW, outcome=Outcome.EXPIRED), ONLINE, NOW, None),
        (Delivery(received_at=NOW, outcome=Outcome.CANCELLED), ONLINE, NOW, None),
        (Delivery(received_at=NOW, displayed_at=NOW, silence=Silence.HELD), ONLINE, LATE, None),
        (_silent(Silence.DECLINED, displayed_at=NOW), ONLINE, NOW, None),
        (_silent(Silence.SUMMARISED, displayed_at=NOW), ONLINE, NOW, None),
        (_silent(Silence.SUMMARISED), ONLINE, NOW, Trouble.EXPIRED),
        (_silent(Silence.HELD, displayed_at=NOW), ONLINE, NOW, Trouble.EXPIRED),
    ],
)
def test_what_stands_out(
    delivery: Delivery, presence: Presence | None, now: datetime, expected: Trouble | None
) -> None:
    assert trouble(delivery, Service.IN_SERVICE, presence, NOW, now) is expected


def test_a_speaker_that_failed_is_a_fault_and_one_that_was_not_tried_is_none() -> None:
    failed = {speaker for speaker in Speaker if faults(presence("t-1", speaker=speaker))}
    assert failed == {Speaker.FAILED}


def test_each_thing_that_a_terminal_says_is_wrong_with_it_is_a_fault() -> None:
    everything = presence(
        "t-1", speaker=Speaker.FAILED, storage_fault="disk is full", clock=Clock.UNKNOWN, temperature_celsius=80
    )
    assert faults(everything) == [Fault.SOUND, Fault.STORAGE, Fault.CLOCK, Fault.HEAT]
    assert faults(presence("t-1", temperature_celsius=79)) == []
    assert faults(presence("t-1", clock=Clock.CENTRE)) == []


def test_a_report_says_the_same_as_its_delivery() -> None:
    said = report("t-1", received_at=NOW, voiced_at=LATER, outcome="expired", reason="too late")
    assert Delivery.of(said) == Delivery(received_at=NOW, voiced_at=LATER, outcome=Outcome.EXPIRED, reason="too late")


def test_a_reason_without_an_outcome_says_nothing() -> None:
    assert Delivery.of(report("t-1", received_at=NOW, reason="of what?")) == Delivery(received_at=NOW)


def test_a_silent_terminal_is_reminded_less_and_less_often() -> None:
    waits = [reminder_after(attempts) for attempts in (0, 1, 2, 6, 7, 1000)]
    assert waits == [timedelta(seconds=30 * factor) for factor in (1, 2, 4, 60, 60, 60)]
