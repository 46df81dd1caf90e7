"""Trials with the login of a terminal: what is not its own must be closed to it, and the broker must say so."""

from dataclasses import dataclass

from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.findings import Finding, bad, good, unknown
from broadcaster.brokercheck.party import KEPT_SECONDS, Table, hear, listen, quiet
from broadcaster.brokercheck.requirements import EAVESDROPPING, FORGERY, IMPERSONATION, REASONS
from kokuchi.link.probe import FAILURE, Ended, Probe

_SETTLED_SECONDS = 0.3


@dataclass(frozen=True)
class _Answer:
    """What became of a message that is not allowed."""

    taken: bool
    words: str
    has_reason: bool


def forgery(table: Table, _contact: Contact) -> list[Finding]:
    """Write an alert as a terminal, to itself alone."""
    with table.both() as (centre, terminal):
        answer = _attempt(terminal, table.downward)
        arrived = answer.taken and _reached(centre, table.downward, terminal, table.downward)
    if arrived:
        return [bad(FORGERY, "a terminal's alert was delivered"), unknown(REASONS, "nothing was refused")]
    finding = good(FORGERY, "a terminal's alert was not taken" if not answer.taken else "a terminal's alert got lost")
    if answer.taken:
        return [finding, bad(REASONS, "the broker drops what is not allowed, and says it was taken")]
    return [finding, (good if answer.has_reason else bad)(REASONS, answer.words)]


def impersonation(table: Table, _contact: Contact) -> list[Finding]:
    """Report as another terminal."""
    topics, target = table.target.topics, table.target
    other, own = topics.delivery(target.stranger_name), topics.delivery(target.terminal_name)
    with table.both() as (centre, terminal):
        listen(centre, other)
        listen(centre, own)
        if _attempt(terminal, other).taken and _reached(terminal, own, centre, other):
            return [bad(IMPERSONATION, "a report under another one's name was delivered")]
    return [good(IMPERSONATION, "a report under another one's name was not delivered")]


def eavesdropping(table: Table, _contact: Contact) -> list[Finding]:
    """Listen to what is for another terminal."""
    allowed = good(EAVESDROPPING, "what is for another terminal did not come")
    with table.both() as (centre, terminal):
        try:
            if terminal.subscribe(table.elsewhere) >= FAILURE:
                return [allowed]
        except Ended:
            return [allowed]
        centre.publish(table.elsewhere, b"for another", expires_in=KEPT_SECONDS)
        if _reached(centre, table.downward, terminal, table.elsewhere):
            return [bad(EAVESDROPPING, "what is for another terminal came too")]
    return [allowed]


def _attempt(probe: Probe, topic: str) -> _Answer:
    try:
        code = probe.publish(topic, b"not allowed", expires_in=KEPT_SECONDS)
    except Ended as end:
        words = f"it ended the connection with reason code {end.code}" if end.code else "it hangs up without a reason"
        return _Answer(False, words, bool(end.code))
    if code >= FAILURE:
        return _Answer(False, f"it answered with reason code {code}", True)
    return _Answer(True, "", False)


def _reached(writer: Probe, allowed: str, reader: Probe, topic: str) -> bool:
    """Tell whether a message on a topic has come before another one that is allowed, and was sent later."""
    writer.publish(allowed, b"the end", expires_in=KEPT_SECONDS)
    hear(reader, lambda arrival: arrival.payload == b"the end")
    quiet(reader, _SETTLED_SECONDS)
    return any(arrival.topic == topic and arrival.payload != b"the end" for arrival in reader.arrivals)
