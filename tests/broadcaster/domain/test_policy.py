"""Who may let an alert go out."""

import pytest
from pydantic import ValidationError

from broadcaster.domain.policy import Approval, Need, need
from broadcaster.domain.town import Town
from kokuchi.wire import Level
from tests.broadcaster.examples import TOWN

EMERGENCIES = Approval(levels=frozenset({Level.EMERGENCY}))


@pytest.mark.parametrize("level", list(Level))
def test_a_town_that_says_nothing_lets_one_person_send(level: Level) -> None:
    assert need(Approval(), "scam", level, drill=False) is Need.NOTHING


def test_a_level_needs_a_second_person_whatever_the_kind() -> None:
    important = Approval(levels=frozenset({Level.IMPORTANT}))
    assert need(important, "scam", Level.IMPORTANT, drill=False) is Need.APPROVAL
    assert need(important, "scam", Level.NOTICE, drill=False) is Need.NOTHING


def test_a_kind_needs_a_second_person_at_any_level() -> None:
    scam = Approval(categories=frozenset({"scam"}))
    assert need(scam, "scam", Level.NOTICE, drill=False) is Need.APPROVAL
    assert need(scam, "awareness_event", Level.IMPORTANT, drill=False) is Need.NOTHING


def test_for_an_emergency_alone_a_reason_may_stand_in() -> None:
    assert need(EMERGENCIES, "scam", Level.EMERGENCY, drill=False) is Need.APPROVAL_OR_REASON
    by_kind = Approval(categories=frozenset({"scam"}))
    assert need(by_kind, "scam", Level.EMERGENCY, drill=False) is Need.APPROVAL_OR_REASON


def test_a_drill_follows_the_same_rule_unless_the_town_says_otherwise() -> None:
    assert need(EMERGENCIES, "scam", Level.EMERGENCY, drill=True) is Need.APPROVAL_OR_REASON
    without = EMERGENCIES.model_copy(update={"drills": False})
    assert need(without, "scam", Level.EMERGENCY, drill=True) is Need.NOTHING
    assert need(without, "scam", Level.EMERGENCY, drill=False) is Need.APPROVAL_OR_REASON


def test_a_kind_that_the_town_does_not_have_is_refused_by_name() -> None:
    settings = TOWN.model_dump() | {"approval": {"categories": ["scan"]}}
    with pytest.raises(ValidationError, match="no category 'scan'; there are scam, awareness_event"):
        Town.model_validate(settings)
