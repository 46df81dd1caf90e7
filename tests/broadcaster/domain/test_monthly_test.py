"""What a monthly test finds, and what that is beside the month before."""

from typing import Any

import pytest

from broadcaster.domain.delivery import Delivery
from broadcaster.domain.monthly_test import (
    Comparison,
    Finding,
    compare,
    found_by_delivery,
    found_by_presence,
    mended,
    version,
)
from broadcaster.domain.standing import Standing
from kokuchi.wire import Clock, Speaker
from tests.broadcaster.examples import NOW, presence

VOICED = Delivery(received_at=NOW, displayed_at=NOW, voice_started_at=NOW, voiced_at=NOW, dictionary=3)


@pytest.mark.parametrize(
    ("standing", "findings"),
    [
        (Standing.CONFIRMED, set()),
        (Standing.VOICED, set()),
        (Standing.OFFLINE, {Finding.OFFLINE}),
        (Standing.NEVER_CAME, {Finding.OFFLINE}),
        (Standing.MISSED, {Finding.OFFLINE}),
        (Standing.RECEIVED, {Finding.SILENT}),
        (Standing.EXPIRED, {Finding.SILENT}),
        (Standing.VOICE_FAILED, {Finding.SOUND}),
        (Standing.REFUSED, {Finding.REFUSED}),
        (Standing.NOT_DISPLAYED, {Finding.SCREEN}),
        (Standing.HELD, set()),
        (Standing.DECLINED, set()),
        (Standing.NO_VOICE, set()),
        (Standing.PENDING, set()),
    ],
)
def test_each_standing_is_a_finding_or_none(standing: Standing, findings: set[Finding]) -> None:
    assert found_by_delivery(standing, VOICED, 3, done=True) == findings


def test_every_standing_has_its_place() -> None:
    for standing in Standing:
        assert isinstance(found_by_delivery(standing, Delivery(), None, done=True), set)


def test_who_may_still_speak_is_not_silent() -> None:
    assert found_by_delivery(Standing.DISPLAYED, Delivery(received_at=NOW), None, done=False) == set()


def test_who_spoke_by_an_older_dictionary_is_told() -> None:
    assert found_by_delivery(Standing.VOICED, VOICED, 4, done=True) == {Finding.WORDS}


def test_what_a_connected_terminal_says_of_itself_counts_and_of_an_absent_one_does_not() -> None:
    ill: dict[str, Any] = {
        "speaker": Speaker.FAILED,
        "clock": Clock.UNKNOWN,
        "storage_fault": "read-only",
        "software": "1.9.0",
    }
    found = {Finding.SOUND, Finding.CLOCK, Finding.STORAGE, Finding.SOFTWARE}
    assert found_by_presence(presence("t-1", **ill), "1.10.0") == found
    assert found_by_presence(presence("t-1", online=False, **ill), "1.10.0") == set()
    assert found_by_presence(presence("t-1", software="1.10.0"), "1.10.0") == set()


def test_versions_are_ordered_as_numbers() -> None:
    assert sorted(["1.10.0", "1.9.2", "1.9.2.dev1", ""], key=version) == ["", "1.9.2", "1.9.2.dev1", "1.10.0"]


def test_a_finding_is_new_or_as_the_month_before_and_the_rest_is_mended() -> None:
    before = {"a": {Finding.OFFLINE}, "b": {Finding.SILENT}, "c": {Finding.SOUND}, "gone": {Finding.OFFLINE}}
    now = {"a": {Finding.OFFLINE}, "b": set[Finding](), "c": {Finding.OFFLINE}, "d": {Finding.SOUND}}
    assert compare(now, before) == {
        Finding.OFFLINE: Comparison(new=("c",), still=("a",)),
        Finding.SOUND: Comparison(new=("d",), still=()),
    }
    assert mended(now, before) == ["b"]
