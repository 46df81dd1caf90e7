"""Who may do what."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    AUTHOR = "author"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What can be done on the pages.

    SEND is to write, and to send what the town lets one person send; APPROVE is to let go out what another one wrote;
    MANAGE is to make and change accounts and tokens.
    """

    READ_LOG = "read_log"
    SEND = "send"
    APPROVE = "approve"
    ENROL = "enrol"
    READ_AUDIT = "read_audit"
    MANAGE = "manage"


_STAFF = frozenset({Act.READ_LOG, Act.SEND, Act.ENROL})
_ALLOWED: dict[Role, frozenset[Act]] = {
    Role.AUTHOR: _STAFF,
    Role.APPROVER: _STAFF | {Act.APPROVE, Act.READ_AUDIT},
    Role.OPERATOR: frozenset({Act.READ_LOG, Act.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset(Act),
}


def may(role: Role, act: Act) -> bool:
    """Tell whether accounts with this role may do this."""
    return act in _ALLOWED[role]
