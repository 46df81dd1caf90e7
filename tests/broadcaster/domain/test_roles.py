"""Who may do what (promise 10)."""

import pytest

from broadcaster.domain.roles import Act, Role, may


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.AUTHOR, {Act.READ_LOG, Act.SEND, Act.ENROL}),
        (Role.APPROVER, {Act.READ_LOG, Act.SEND, Act.ENROL, Act.APPROVE, Act.READ_AUDIT}),
        (Role.OPERATOR, {Act.READ_LOG, Act.READ_AUDIT}),
        (Role.ADMINISTRATOR, set(Act)),
    ],
)
def test_a_role_may_do_this_and_nothing_else(role: Role, acts: set[Act]) -> None:
    assert {act for act in Act if may(role, act)} == acts


@pytest.mark.parametrize("role", Role)
def test_every_role_is_decided_about(role: Role) -> None:
    for act in Act:
        assert isinstance(may(role, act), bool)
