"""What becomes of a code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from broadcaster.domain.enrolment import VALID, CodeState, EnrolmentCode

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
CODE = EnrolmentCode("t-1", "hanako", NOW, NOW + VALID)
USED = replace(CODE, used_at=NOW, used_by="device")


def test_a_code_stands_for_seven_days_to_the_second() -> None:
    assert timedelta(days=7) == VALID
    assert CODE.state(NOW + VALID - MOMENT) is CodeState.STANDING
    assert CODE.state(NOW + VALID) is CodeState.EXPIRED
    assert CODE.opens_for("device", NOW + VALID - MOMENT)
    assert not CODE.opens_for("device", NOW + VALID)


def test_a_used_code_opens_for_the_device_that_used_it_and_no_other() -> None:
    assert USED.state(NOW + 2 * VALID) is CodeState.USED
    assert USED.opens_for("device", NOW + MOMENT)
    assert not USED.opens_for("another", NOW + MOMENT)
    assert not USED.opens_for("", NOW + MOMENT)
    assert not USED.opens_for("device", NOW + VALID)


def test_a_newer_code_closes_an_earlier_one_for_everybody() -> None:
    assert replace(CODE, superseded_at=NOW).state(NOW) is CodeState.SUPERSEDED
    assert not replace(CODE, superseded_at=NOW).opens_for("device", NOW)
    assert not replace(USED, superseded_at=NOW).opens_for("device", NOW)
