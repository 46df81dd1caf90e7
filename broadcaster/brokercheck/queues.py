"""Trials of many messages for one who does not read: brokers drop what exceeds their limits, and tell nobody."""

import time

from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.findings import Finding, bad, good
from broadcaster.brokercheck.party import KEPT_SECONDS, Table
from broadcaster.brokercheck.requirements import ABSENT, SLOW, Requirement
from kokuchi.link.probe import PATIENCE_SECONDS, Probe

MESSAGES = 5000
_BYTES = 200
"""As large as a report of a terminal."""

_PAUSE_SECONDS = 0.5
_THE_END = b"the end"


def absent(table: Table, contact: Contact) -> list[Finding]:
    """Send to one who is away, and count what comes when it is back."""
    with table.both() as (centre, _terminal):
        table.terminal.go()
        refused = _send(table, contact, centre)
        return [_judge(ABSENT, _count(table, centre, table.return_of_terminal()), refused)]


def slow(table: Table, contact: Contact) -> list[Finding]:
    """Send to one who is there and does not read, and count what comes when it does."""
    with table.both() as (centre, terminal):
        refused = _send(table, contact, centre)
        return [_judge(SLOW, _count(table, centre, terminal), refused)]


def _send(table: Table, contact: Contact, centre: Probe) -> int:
    payloads = (b"%d" % number + b" " * _BYTES for number in range(MESSAGES))
    return centre.publish_all(table.downward, payloads, at_once=contact.at_once, expires_in=KEPT_SECONDS)


def _count(table: Table, centre: Probe, terminal: Probe) -> int:
    """Read and acknowledge until all are there, or what was sent after them is."""
    came: set[bytes] = set()
    last = paused = time.monotonic()
    while len(came) < MESSAGES and _THE_END not in came:
        terminal.turn(0.05)
        now = time.monotonic()
        for arrival in terminal.arrivals:
            came.add(arrival.payload)
            terminal.acknowledge(arrival)
            last = paused = now
        terminal.arrivals.clear()
        if terminal.ended is not None or now > last + PATIENCE_SECONDS:
            break
        if now > paused + _PAUSE_SECONDS:
            # There is room in the queue again: it comes after all that is left of them.
            centre.publish(table.downward, _THE_END, expires_in=KEPT_SECONDS)
            paused = now
    return len(came - {_THE_END})


def _judge(requirement: Requirement, came: int, refused: int) -> Finding:
    if came == MESSAGES:
        return good(requirement, f"all {MESSAGES:,} came")
    lost = MESSAGES - came - refused
    told = f", {refused:,} were refused" if refused else ""
    silently = f", {lost:,} were lost without a word" if lost > 0 else ""
    return bad(requirement, f"{came:,} of {MESSAGES:,} came{told}{silently}")
