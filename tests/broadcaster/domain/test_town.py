"""The town as its configuration describes it."""

from tests.broadcaster.examples import TOWN


def test_every_category_may_come_as_a_notice_and_those_that_usually_do_stand_first() -> None:
    assert [category.id for category in TOWN.notice_kinds] == ["awareness_event", "scam"]
