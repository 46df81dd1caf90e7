"""Who may do what."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    AUTHOR = "author"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What can be done on the pages."""

    READ_LOG = "read_log"
    SEND = "send"
    ENROL = "enrol"


_ALLOWED: dict[Role, frozenset[Act]] = {
    Role.AUTHOR: frozenset({Act.READ_LOG, Act.SEND, Act.ENROL}),
    Role.OPERATOR: frozenset({Act.READ_LOG}),
    Role.ADMINISTRATOR: frozenset({Act.READ_LOG, Act.SEND, Act.ENROL}),
}


def may(role: Role, act: Act) -> bool:
    """Tell whether accounts with this role may do this."""
    return act in _ALLOWED[role]
