"""Whom an audience means, and how staff read it."""

import pytest

from broadcaster.domain.audience import Terminal, describe, recipients, unknown_members
from kokuchi.wire import Audience
from tests.broadcaster.examples import EVERYONE, ROSTER, TOWN, areas, groups, terminals


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (EVERYONE, ["t-1", "t-2", "t-3"]),
        (areas("kita"), ["t-1", "t-2"]),
        (areas("kita", "minami"), ["t-1", "t-2", "t-3"]),
        (areas("mujin"), []),
        (groups("elderly"), ["t-1"]),
        (terminals("t-3", "t-2"), ["t-2", "t-3"]),
        (terminals("t-9"), []),
    ],
)
def test_the_recipients_are_those_whom_the_audience_includes(audience: Audience, expected: list[str]) -> None:
    assert [terminal.id for terminal in recipients(audience, ROSTER)] == expected


def test_a_terminal_of_an_area_and_a_group_is_addressed_once() -> None:
    both = Terminal("t-1", "見本", "household", "kita", frozenset({"elderly", "nobody"}))
    assert recipients(groups("elderly", "nobody"), [both]) == [both]


def test_the_membership_holds_nothing_about_the_household() -> None:
    assert "見本" not in ROSTER[0].membership.model_dump_json()


@pytest.mark.parametrize(
    ("audience", "unknown"),
    [
        (EVERYONE, []),
        (areas("kita"), []),
        (areas("elderly"), ["elderly"]),
        (groups("kita", "elderly"), ["kita"]),
        (terminals("t-1", "kita"), ["kita"]),
    ],
)
def test_members_that_the_town_does_not_have_are_found(audience: Audience, unknown: list[str]) -> None:
    assert unknown_members(audience, TOWN, ROSTER) == unknown


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (EVERYONE, "月形町 全域"),
        (areas("kita", "minami"), "北地区・南地区"),
        (areas("former"), "former"),
        (groups("elderly"), "高齢者のみの世帯"),
        (terminals("t-1", "t-2"), "個別の端末 2台"),
    ],
)
def test_an_audience_is_described_as_the_office_would_write_it(audience: Audience, words: str) -> None:
    assert describe(audience, TOWN) == words
