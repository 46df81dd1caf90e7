"""What is wrong now, judged from what the centre knows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.incident import OF_TERMINALS, Ailing, Incident, Kind, Snapshot, Urgency
from broadcaster.domain.judging import judge
from tests.broadcaster.examples import NOW

WELL = Snapshot(
    now=NOW,
    broker_since=NOW - timedelta(days=3),
    heartbeat_expected=True,
    heartbeat=NOW - timedelta(seconds=9),
    disk_free=10**12,
    log_bytes=4_000_000,
    clock_synchronised=True,
    in_use_since=NOW - timedelta(days=400),
    backup_at=NOW - timedelta(hours=20),
    backup_checked=True,
    certificates={"server.pem": NOW + timedelta(days=61)},
    areas={"kita": 50, "minami": 50},
)


def kinds(snapshot: Snapshot) -> list[tuple[Kind, Urgency]]:
    return [(one.kind, one.urgency) for one in judge(snapshot)]


def off(number: int, minutes: float, area: str = "kita", start: int = 0) -> list[Ailing]:
    since = NOW - timedelta(minutes=minutes)
    return [Ailing(f"t-{area}-{index:04}", area, Kind.TERMINALS_OFF, since) for index in range(start, start + number)]


def test_of_a_centre_that_is_well_nothing_is_said() -> None:
    assert judge(WELL) == []


URGENT, SOON = Urgency.URGENT, Urgency.SOON
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("change", "kind", "urgency"),
    [
        ({"heartbeat": NOW - timedelta(seconds=61)}, Kind.CENTRE_STOPPED, URGENT),
        ({"heartbeat": None}, Kind.CENTRE_STOPPED, URGENT),
        ({"crashes_last_hour": 3}, Kind.CENTRE_CRASHES, URGENT),
        ({"stood_still": ("publisher", NOW - DAY)}, Kind.CENTRE_STOOD_STILL, SOON),
        ({"broker_connected": False}, Kind.BROKER_AWAY, URGENT),
        ({"broker_connected": None}, Kind.BROKER_AWAY, URGENT),
        ({"oldest_waiting": NOW - timedelta(minutes=3)}, Kind.OUTBOX_STUCK, URGENT),
        ({"collectors": {2: NOW - timedelta(seconds=121)}}, Kind.COLLECTOR_AWAY, SOON),
        ({"collectors": {2: None}}, Kind.COLLECTOR_AWAY, SOON),
        ({"key_present": False}, Kind.KEY_MISSING, URGENT),
        ({"next_key_present": False}, Kind.NEXT_KEY_MISSING, SOON),
        ({"key_since": NOW - 396 * DAY}, Kind.KEY_OLD, SOON),
        ({"held": 2}, Kind.ALERTS_HELD, URGENT),
        ({"database_fault": "row 7 missing"}, Kind.DATABASE_DAMAGED, URGENT),
        ({"disk_free": 199_000_000}, Kind.DISK_LOW, URGENT),
        ({"disk_free": 999_000_000}, Kind.DISK_LOW, SOON),
        ({"log_bytes": 300_000_000}, Kind.LOG_LARGE, SOON),
        ({"clock_synchronised": False}, Kind.CLOCK_UNSYNCHRONISED, SOON),
        ({"certificates": {"server.pem": NOW + 60 * DAY}}, Kind.CERTIFICATE_ENDS, SOON),
        ({"certificates": {"authority.pem": NOW + 14 * DAY}}, Kind.CERTIFICATE_ENDS, URGENT),
        ({"certificates": {"server.pem": NOW - DAY}}, Kind.CERTIFICATE_ENDS, URGENT),
        ({"backup_at": None}, Kind.BACKUP_OLD, SOON),
        ({"backup_at": NOW - 2 * DAY}, Kind.BACKUP_OLD, SOON),
        ({"backup_at": NOW - 8 * DAY}, Kind.BACKUP_OLD, URGENT),
        ({"backup_checked": False}, Kind.BACKUP_UNCHECKED, SOON),
        ({"oldest_mail": NOW - timedelta(hours=2)}, Kind.MAIL_STUCK, SOON),
        ({"refused_last_hour": 101}, Kind.MESSAGES_REFUSED, SOON),
        ({"codes_tried_last_day": 31}, Kind.CODES_GUESSED, SOON),
        ({"missed": [NOW - DAY]}, Kind.SENDING_MISSED, SOON),
        ({"approval_since": NOW - 2 * DAY}, Kind.APPROVAL_WAITS, SOON),
        ({"untold": ["t-9"]}, Kind.BROKER_UNTOLD, SOON),
        ({"ailing": off(1, 61)}, Kind.TERMINALS_OFF, SOON),
        ({"ailing": [Ailing("t-1", "kita", Kind.TERMINALS_SOUND)]}, Kind.TERMINALS_SOUND, SOON),
    ],
)
def test_each_thing_that_is_wrong_is_said_as_urgently_as_it_is(
    change: dict[str, object], kind: Kind, urgency: Urgency
) -> None:
    assert kinds(replace(WELL, **change)) == [(kind, urgency)]  # type: ignore[arg-type] # by name, as a Snapshot takes it


@pytest.mark.parametrize(
    "change",
    [
        {"oldest_waiting": NOW - timedelta(seconds=90)},
        {"oldest_waiting": NOW - timedelta(hours=5), "broker_since": NOW - timedelta(seconds=30)},
        {"in_use_since": NOW - timedelta(hours=35), "backup_at": None},
        {"in_use_since": None, "backup_at": None},
        {"heartbeat_expected": False, "heartbeat": None},
        {"crashes_last_hour": 2},
        {"collectors": {2: NOW - timedelta(seconds=119)}},
        {"collectors": {2: None}, "running_since": NOW - timedelta(seconds=119)},
        {"collectors": {2: NOW - DAY}, "broker_since": NOW - timedelta(seconds=119)},
        {"approval_since": NOW - timedelta(hours=23)},
        {"ailing": off(1, 59)},
        {"ailing": off(60, 2)},
        {"ailing": off(60, 30), "broker_since": NOW - timedelta(minutes=1)},
    ],
)
def test_what_will_be_well_by_itself_is_not_said(change: dict[str, object]) -> None:
    assert judge(replace(WELL, **change)) == []  # type: ignore[arg-type] # by name, as a Snapshot takes it


def test_a_further_collector_is_not_told_of_while_none_can_work() -> None:
    assert kinds(replace(WELL, broker_connected=False, collectors={2: None})) == [(Kind.BROKER_AWAY, URGENT)]


def test_each_further_collector_that_is_away_is_told_with_its_last_sign_of_life() -> None:
    found = judge(replace(WELL, collectors={2: NOW - DAY, 3: NOW, 4: None}))
    assert [(one.key, one.since) for one in found] == [("2", NOW - DAY), ("4", None)]


def test_terminals_that_go_off_at_once_are_one_outage() -> None:
    [outage] = judge(replace(WELL, ailing=[*off(15, 30), *off(6, 50, "minami")]))
    assert (outage.kind, outage.urgency, len(outage.terminals)) == (Kind.WIDE_OUTAGE, URGENT, 21)
    assert outage.since == NOW - timedelta(minutes=50)


def test_those_that_were_off_before_an_outage_are_no_part_of_it() -> None:
    first, second = judge(replace(WELL, ailing=[*off(21, 30), *off(2, 60 * 24 * 90, "minami")]))
    assert (first.kind, len(first.terminals)) == (Kind.WIDE_OUTAGE, 21)
    assert (second.kind, len(second.terminals)) == (Kind.TERMINALS_OFF, 2)


def test_terminals_that_are_off_one_after_the_other_are_no_outage() -> None:
    scattered = [one for day in range(1, 41) for one in off(1, 60 * 24 * day, start=day)]
    assert kinds(replace(WELL, ailing=scattered)) == [(Kind.TERMINALS_OFF, SOON)]


def test_a_whole_area_that_is_off_is_named() -> None:
    [outage] = judge(replace(WELL, areas={"kita": 90, "sawa": 4}, ailing=off(4, 10, "sawa")))
    assert (outage.kind, outage.key, len(outage.terminals)) == (Kind.AREA_OUTAGE, "sawa", 4)


def test_a_household_or_two_are_no_outage_however_small_the_town_is() -> None:
    assert kinds(replace(WELL, areas={"kita": 2}, ailing=off(2, 90))) == [(Kind.TERMINALS_OFF, SOON)]


AREAS = ("a", "b", "c", "d")
moments = st.integers(0, 60 * 24 * 30).map(lambda minutes: NOW - timedelta(minutes=minutes)) | st.none()
ailing = st.lists(
    st.builds(
        Ailing,
        st.integers(0, 1500).map("t-{}".format),
        st.sampled_from(AREAS),
        st.sampled_from(sorted(OF_TERMINALS)),
        moments,
    ),
    max_size=200,
    unique_by=lambda one: (one.terminal, one.kind),
)
snapshots = st.builds(
    Snapshot,
    now=st.just(NOW),
    broker_connected=st.sampled_from([True, False, None]),
    broker_since=moments,
    oldest_waiting=moments,
    disk_free=st.integers(0, 10**10),
    database_fault=st.sampled_from(["", "broken"]),
    certificates=st.dictionaries(st.sampled_from(["server.pem", "authority.pem"]), moments.filter(bool)),
    backup_at=moments,
    untold=st.lists(st.just("t-1"), max_size=2),
    areas=st.dictionaries(st.sampled_from(AREAS), st.integers(1, 400)),
    ailing=ailing,
)


@given(snapshots)
def test_however_much_is_wrong_the_list_is_short_and_the_most_urgent_comes_first(snapshot: Snapshot) -> None:
    found = judge(snapshot)
    assert len({one.identity for one in found}) == len(found) <= len(Kind) + len(AREAS) + 1
    urgencies = [list(Urgency).index(one.urgency) for one in found]
    assert urgencies == sorted(urgencies)
    assert found == judge(replace(snapshot, ailing=list(reversed(snapshot.ailing))))


@given(snapshots)
def test_no_terminal_that_has_been_off_for_an_hour_is_forgotten_and_none_is_said_twice(snapshot: Snapshot) -> None:
    found = judge(snapshot)
    outages = {Kind.WIDE_OUTAGE, Kind.AREA_OUTAGE, Kind.TERMINALS_OFF}
    said = [terminal for one in found if one.kind in outages for terminal in one.terminals]
    assert len(said) == len(set(said))
    for one in snapshot.ailing:
        if one.kind is Kind.TERMINALS_OFF and (one.since is None or NOW - one.since >= timedelta(hours=1)):
            assert one.terminal in said
        elif one.kind is not Kind.TERMINALS_OFF:
            assert any(other.kind is one.kind and one.terminal in other.terminals for other in found)


def test_a_disk_that_fills_is_the_same_incident_all_the_while() -> None:
    def low(free: int) -> Incident:
        [incident] = judge(replace(WELL, disk_free=free))
        return incident

    assert low(455_000_000) == low(452_000_001) != low(330_000_000)
    assert low(455_000_000).identity == low(100_000_000).identity
