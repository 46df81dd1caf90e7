"""A terminal's connection, drawn: pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcaster.domain.delivery import Fault
from broadcaster.ledger.presence_history import PresenceChange
from broadcaster.web.presence_days import DAYS, presence_days

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # noon
MIDNIGHT = NOW - timedelta(hours=12)


def test_nothing_is_said_where_nothing_is_known() -> None:
    drawn = presence_days([], NOW, TOKYO)
    assert (len(drawn.days), drawn.sentence, drawn.paths) == (DAYS, "", ())
    assert (drawn.days[0].word, drawn.days[-1].word, drawn.days[0].connected) == ("11/24(火)", "10/26(月)", "")


def test_a_day_is_drawn_in_quarters_each_as_the_worst_that_was_in_it() -> None:
    changes = [
        PresenceChange(MIDNIGHT, True),
        PresenceChange(MIDNIGHT + timedelta(hours=1, minutes=16), False),
        PresenceChange(MIDNIGHT + timedelta(hours=1, minutes=21), True),
        PresenceChange(MIDNIGHT + timedelta(hours=6), True, (Fault.SOUND, Fault.CLOCK)),
    ]
    drawn = presence_days(changes, NOW, TOKYO)
    assert dict(drawn.paths) == {
        "online": "M0 0h5v14h-5zM6 0h18v14h-18z",
        "faulty": "M24 0h24v14h-24z",
        "offline": "M5 5h1v4h-1z",
    }
    today = drawn.days[0]
    assert (today.connected, today.away, today.breaks) == ("11時間55分", "0時間5分", 1)
    assert today.faults == "音が出ない、時刻が不明"
    assert drawn.sentence.startswith("記録のある12時間のうち、99.3%の時間")


def test_what_is_not_all_is_never_said_to_be_all() -> None:
    start = NOW - timedelta(days=20)
    always = presence_days([PresenceChange(start, True)], NOW, TOKYO)
    assert "100%" in always.sentence
    second = [PresenceChange(start, True), PresenceChange(NOW - timedelta(seconds=1), False)]
    assert "99.9%" in presence_days(second, NOW, TOKYO).sentence


def test_a_restart_is_counted_and_looks_like_no_fault() -> None:
    at = MIDNIGHT + timedelta(hours=3)
    changes = [
        PresenceChange(MIDNIGHT, True),
        PresenceChange(at, False),
        PresenceChange(at + timedelta(minutes=2), True, (Fault.CLOCK,)),
        PresenceChange(at + timedelta(minutes=4), True),
    ]
    drawn = presence_days(changes, NOW, TOKYO)
    assert dict(drawn.paths) == {"online": "M0 0h48v14h-48z"}
    assert (drawn.days[0].away, drawn.days[0].breaks, drawn.days[0].faults) == ("0時間2分", 1, "")


def test_what_still_lasts_is_drawn_however_short() -> None:
    changes = [PresenceChange(MIDNIGHT, True), PresenceChange(NOW - timedelta(minutes=1), False)]
    assert dict(presence_days(changes, NOW, TOKYO).paths)["offline"] == "M47 5h1v4h-1z"


def test_a_break_over_midnight_is_as_long_as_both_days_have_it() -> None:
    changes = [
        PresenceChange(MIDNIGHT - timedelta(hours=1), True),
        PresenceChange(MIDNIGHT - timedelta(minutes=3), False),
        PresenceChange(MIDNIGHT + timedelta(minutes=3), True),
    ]
    assert dict(presence_days(changes, NOW, TOKYO).paths)["offline"] == "M0 5h1v4h-1zM95 25h1v4h-1z"


def test_one_that_comes_and_goes_each_minute_is_a_small_picture_soon_drawn() -> None:
    first = NOW - timedelta(days=40)
    changes = [PresenceChange(first + timedelta(minutes=number), number % 2 == 0) for number in range(40 * 24 * 60)]
    drawn = presence_days(changes, NOW, TOKYO)
    assert sum(len(path) for _, path in drawn.paths) < 100_000
    assert drawn.days[1].breaks == 12 * 60


def test_a_day_of_25_hours_has_25_hours_and_fills_the_line() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
    drawn = presence_days([PresenceChange(now - timedelta(days=3), True)], now, berlin)
    assert drawn.days[1].connected == "25時間"
    assert "M0 20h96v14h-96z" in dict(drawn.paths)["online"]
