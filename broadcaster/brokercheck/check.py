"""The whole check, in the order in which one thing builds upon another."""

from collections.abc import Callable, Generator, Iterator, Sequence

from broadcaster.brokercheck.contact import Contact, meet
from broadcaster.brokercheck.delivery import absence, burst, large, retained, shared, will
from broadcaster.brokercheck.findings import Finding, bad, unknown
from broadcaster.brokercheck.greeting import announced, strangers
from broadcaster.brokercheck.party import Table
from broadcaster.brokercheck.queues import absent, slow
from broadcaster.brokercheck.requirements import (
    ABSENT,
    BURST,
    EAVESDROPPING,
    EXPIRY,
    FORGERY,
    IMPERSONATION,
    LARGE_MESSAGE,
    REASONS,
    REQUIREMENTS,
    RETAINED,
    SESSION,
    SHARED,
    SLOW,
    STRANGERS,
    WILL,
    Requirement,
)
from broadcaster.brokercheck.rights import eavesdropping, forgery, impersonation
from broadcaster.brokercheck.target import Target
from broadcaster.brokercheck.way import make_way
from kokuchi.link.probe import ProbeError

NOT_SO_FAR = "it did not get so far"
"""What is said of everything that was not tried since the first contact failed."""

Trial = Callable[[Table, Contact], list[Finding]]

_ALONE: Sequence[tuple[Trial, tuple[Requirement, ...]]] = (
    (strangers, (STRANGERS,)),
    (large, (LARGE_MESSAGE,)),
    (absence, (SESSION, EXPIRY)),
    (retained, (RETAINED,)),
    (will, (WILL,)),
    (burst, (BURST,)),
    (absent, (ABSENT,)),
    (slow, (SLOW,)),
    (shared, (SHARED,)),
)

_WITH_A_TERMINAL: Sequence[tuple[Trial, tuple[Requirement, ...]]] = (
    (forgery, (FORGERY, REASONS)),
    (impersonation, (IMPERSONATION,)),
    (eavesdropping, (EAVESDROPPING,)),
)


def check(target: Target) -> Generator[Finding, None, None]:
    """Try a broker and yield what was found, each requirement once. Raises NotTried.

    It takes some seconds with a broker nearby. Nothing of it stays there, also if the iterator is closed early: no
    session, no retained message. Of one that is killed it all ends within two minutes.
    """
    table = Table(target)
    seen: set[Requirement] = set()
    try:
        contact, first = meet(table)
        for finding in first:
            seen.add(finding.requirement)
            yield finding
        if contact is None:
            why = NOT_SO_FAR
        else:
            why = "needs a login with a terminal's rights: --terminal-user"
            for finding in _found(table, contact):
                seen.add(finding.requirement)
                yield finding
        for requirement in REQUIREMENTS:
            if requirement not in seen:
                yield unknown(requirement, why)
    finally:
        table.clear_away()


def _found(table: Table, contact: Contact) -> Iterator[Finding]:
    yield from announced(contact)
    make_way(table)
    for trial, requirements in (*_ALONE, *(_WITH_A_TERMINAL if table.target.terminal else ())):
        try:
            yield from trial(table, contact)
        except ProbeError as error:
            yield from (bad(requirement, str(error)) for requirement in requirements)
