"""How long somebody who guesses waits."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.domain.guessing import (
    FORGOTTEN_AFTER,
    OF_ADDRESS,
    OF_NAME_AT_ADDRESS,
    OF_NAME_ELSEWHERE,
    Failures,
    Patience,
)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (1000, 900), (10**9, 900)],
)
def test_the_wait_doubles_and_never_exceeds_a_quarter_of_an_hour(count: int, seconds: int) -> None:
    assert OF_NAME_AT_ADDRESS.seconds_to_wait(Failures(count, NOW), NOW) == seconds


@pytest.mark.parametrize("patience", [OF_NAME_AT_ADDRESS, OF_NAME_ELSEWHERE, OF_ADDRESS])
def test_every_wait_comes_to_its_end(patience: Patience) -> None:
    failures = Failures(10**6, NOW)
    wait = patience.seconds_to_wait(failures, NOW)
    assert patience.seconds_to_wait(failures, NOW + timedelta(seconds=wait - 1)) == 1
    assert patience.seconds_to_wait(failures, NOW + timedelta(seconds=wait)) == 0


def test_what_went_wrong_yesterday_is_forgotten() -> None:
    assert OF_ADDRESS.seconds_to_wait(Failures(10**6, NOW), NOW + FORGOTTEN_AFTER) == 0


def test_who_has_done_nothing_wrong_does_not_wait() -> None:
    assert OF_NAME_AT_ADDRESS.seconds_to_wait(None, NOW) == 0
