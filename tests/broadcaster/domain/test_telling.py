"""Which incidents the operators are written to about, and when."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.domain.incident import Incident, Kind, Urgency
from broadcaster.domain.telling import Episode, Telling, Told, digest, news
from tests.broadcaster.examples import NOW

AFTER = timedelta(minutes=5)
ZONE = ZoneInfo("Asia/Tokyo")
MORNING = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
"""8:30 of the 25th in the town."""


def episode(row: int, kind: Kind, minutes_ago: float, **more: datetime) -> Episode:
    return Episode(row, Incident(kind, Urgency.URGENT), NOW - timedelta(minutes=minutes_ago), **more)


def rows(episodes: Iterable[Episode]) -> list[int]:
    return [one.row for one in episodes]


def test_what_lasts_is_told_once() -> None:
    lasting = episode(1, Kind.BROKER_AWAY, 5)
    assert rows(news([lasting], Told(), AFTER, NOW).begun) == [1]
    assert not news([replace(lasting, told_at=NOW)], Told(), AFTER, NOW)


def test_a_blink_is_not_told() -> None:
    assert not news([episode(1, Kind.BROKER_AWAY, 4.9)], Told(), AFTER, NOW)
    assert not news([episode(1, Kind.BROKER_AWAY, 9, ended_at=NOW - timedelta(minutes=8))], Told(), AFTER, NOW)


def test_what_begins_together_is_told_together() -> None:
    several = [episode(1, Kind.BROKER_AWAY, 6), episode(2, Kind.DISK_LOW, 2), episode(3, Kind.TERMINALS_OFF, 0.5)]
    assert rows(news(several, Told(), AFTER, NOW).begun) == [1, 2]


def test_after_a_mail_the_next_one_waits_and_gathers() -> None:
    urgent = episode(1, Kind.DISK_LOW, 6)
    calm = replace(urgent, incident=Incident(Kind.TERMINALS_OFF, Urgency.SOON))
    assert not news([calm], Told(newest=NOW - timedelta(minutes=9)), AFTER, NOW)
    assert news([calm], Told(newest=NOW - timedelta(minutes=10)), AFTER, NOW)
    assert not news([urgent], Told(newest=NOW - timedelta(minutes=2)), AFTER, NOW)
    assert rows(news([urgent, calm], Told(newest=NOW - timedelta(minutes=3)), AFTER, NOW).begun) == [1, 1]


def test_the_same_kind_is_told_once_an_hour() -> None:
    told = Told(newest=NOW - timedelta(minutes=30), kinds={Kind.AREA_OUTAGE: NOW - timedelta(minutes=30)})
    both = [episode(1, Kind.AREA_OUTAGE, 20), episode(2, Kind.DISK_LOW, 20)]
    assert rows(news(both, told, AFTER, NOW).begun) == [2]
    assert rows(news(both, told, AFTER, NOW + timedelta(minutes=30)).begun) == [1, 2]


def test_the_end_is_told_of_what_was_told() -> None:
    over = episode(1, Kind.BROKER_AWAY, 90, ended_at=NOW - timedelta(minutes=5))
    assert not news([over], Told(), AFTER, NOW)
    told = replace(over, told_at=NOW - timedelta(minutes=80))
    assert rows(news([told], Told(), AFTER, NOW).ended) == [1]
    assert not news([told], Told(), AFTER, NOW - timedelta(minutes=1)), "it may come back"
    assert not news([replace(told, end_told_at=NOW)], Told(), AFTER, NOW)


def test_that_mail_does_not_go_out_is_not_mailed() -> None:
    assert not news([episode(1, Kind.MAIL_STUCK, 60)], Told(), AFTER, NOW)


def test_what_stands_is_told_once_in_the_morning() -> None:
    standing = [episode(1, Kind.BACKUP_OLD, 600, told_at=NOW)]

    def told(minutes: float, before: Told) -> Telling:
        return digest(standing, before, AFTER, time(8, 30), ZONE, MORNING + timedelta(minutes=minutes))

    assert rows(told(0, Told()).standing) == [1]
    assert not told(-1, Told())
    assert not told(60 * 4, Told()), "not in the afternoon, after the centre was off"
    assert not told(5, Told(digest=MORNING))
    assert not told(5, Told(newest=MORNING - timedelta(minutes=10))), "a mail has just told"
    assert told(60 * 24, Told(digest=MORNING))
    assert not digest([], Told(), AFTER, time(8, 30), ZONE, MORNING)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(Kind)), st.integers(0, 1440), st.integers(1, 200)), max_size=30))
def test_whatever_happens_in_a_day_the_mails_are_few(happenings: list[tuple[Kind, int, int]]) -> None:
    """A day, told as the watch tells it."""
    episodes = {
        row: Episode(
            row,
            Incident(kind, Urgency.SOON),
            NOW + timedelta(minutes=begin),
            ended_at=NOW + timedelta(minutes=begin + length),
        )
        for row, (kind, begin, length) in enumerate(happenings)
    }
    newest: datetime | None = None
    kinds: dict[Kind, datetime] = {}
    mails: list[datetime] = []
    for minute in range(0, 1800, 4):
        now = NOW + timedelta(minutes=minute)
        seen = [
            replace(one, ended_at=one.ended_at if one.ended_at and one.ended_at <= now else None)
            for one in episodes.values()
            if one.began_at <= now
        ]
        telling = news(seen, Told(newest, kinds), AFTER, now)
        if not telling:
            continue
        mails.append(now)
        newest = now
        for one in telling.begun:
            assert one.incident.kind not in kinds or now - kinds[one.incident.kind] >= timedelta(hours=1)
            episodes[one.row] = replace(episodes[one.row], told_at=now)
        kinds |= {one.incident.kind: now for one in telling.begun}
        for one in telling.ended:
            episodes[one.row] = replace(episodes[one.row], end_told_at=now)
    assert all(later - earlier >= timedelta(minutes=10) for earlier, later in itertools.pairwise(mails))
    assert all(one.end_told_at for one in episodes.values() if one.told_at)
