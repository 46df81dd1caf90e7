"""What strangers can cause without end does not fill the log."""

import logging

import pytest

from kokuchi.seldom import Seldom


def test_the_same_is_logged_at_once_and_then_now_and_then_with_how_often_it_came(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    seldom = Seldom(logging.getLogger("test"), 60, lambda: now[0])
    for second in range(121):
        now[0] = float(second)
        seldom.warn("refused", address="192.0.2.1")
    assert [getattr(record, "untold", 0) for record in caplog.records] == [0, 59, 59]


def test_another_one_is_logged_at_once_and_what_is_remembered_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    seldom = Seldom(logging.getLogger("test"), 60, lambda: 0.0)
    for number in range(5000):
        seldom.warn("refused", address=str(number))
    assert len(caplog.records) == 5000
    assert len(seldom._told) <= 1000
