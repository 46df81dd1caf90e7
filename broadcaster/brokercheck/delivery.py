"""Trials of single messages: what is kept, for how long, how large, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.findings import Finding, bad, good
from broadcaster.brokercheck.party import KEPT_SECONDS, Table, hear, listen, quiet
from broadcaster.brokercheck.requirements import BURST, EXPIRY, LARGE_MESSAGE, RETAINED, SESSION, SHARED, WILL
from kokuchi.link import Will
from kokuchi.link.mqtt import MAXIMUM_INFLIGHT
from kokuchi.link.probe import FAILURE, Ended, Probe, ProbeError
from kokuchi.link.properties import SESSION_EXPIRY_SECONDS
from kokuchi.wire import MAXIMUM_BYTES

_HOUR, _DAY = 3600, 24 * 3600
LEAST_SESSION_DAYS = 7
"""A holiday's length; kokuchi asks for more, and finds what is missing after it by itself."""

_ENVELOPE_BYTES = 4096
_AWAY_SECONDS = 2.5
_SHORT_SECONDS = 1
_SHARED_MESSAGES = 10


def large(table: Table, contact: Contact) -> list[Finding]:
    """Send the largest message that kokuchi may have to send."""
    most = contact.welcome.maximum_packet
    if most is not None and most < MAXIMUM_BYTES + _ENVELOPE_BYTES:
        return [bad(LARGE_MESSAGE, f"the broker takes {most:,} bytes at most")]
    with table.both() as (centre, terminal):
        code = centre.publish(table.downward, bytes(MAXIMUM_BYTES), expires_in=KEPT_SECONDS)
        if code >= FAILURE:
            return [bad(LARGE_MESSAGE, f"refused with reason code {code}")]
        if hear(terminal, lambda arrival: len(arrival.payload) == MAXIMUM_BYTES) is None:
            return [bad(LARGE_MESSAGE, "it did not arrive")]
    return [good(LARGE_MESSAGE, "one was sent and came")]


def absence(table: Table, contact: Contact) -> list[Finding]:
    """Send two messages to a terminal that is away, one of which runs out before it is back."""
    with table.both() as (centre, _terminal):
        table.terminal.go()
        centre.publish(table.downward, b"short", expires_in=_SHORT_SECONDS)
        centre.publish(table.downward, b"valid", expires_in=KEPT_SECONDS)
        quiet(centre, _AWAY_SECONDS)
        terminal = table.return_of_terminal()
        session_present = terminal.welcome.session_present
        valid = hear(terminal, lambda arrival: arrival.payload == b"valid") if session_present else None
        # It was sent first, so it would have come first.
        late = any(arrival.payload == b"short" for arrival in terminal.arrivals)
    if valid is None:
        lost = "who comes back is not known any more" if not session_present else "what came meanwhile was lost"
        return [bad(SESSION, lost), bad(EXPIRY, "nothing was kept, so nothing could run out")]
    return [_session(contact), _expiry(late, valid.expires_in)]


def _session(contact: Contact) -> Finding:
    told = contact.welcome.session_expiry
    seconds = SESSION_EXPIRY_SECONDS if told is None else told
    if seconds < LEAST_SESSION_DAYS * _DAY:
        kept = f"kept, but for {_duration(seconds)} at most"
        return bad(SESSION, f"{kept}; {LEAST_SESSION_DAYS} days are needed, 30 better")
    return good(SESSION, f"what came while its owner was away was kept; for {_duration(seconds)} at most")


def _duration(seconds: int) -> str:
    count, unit = (seconds // _DAY, "day") if seconds >= _DAY else (seconds // _HOUR, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _expiry(late: bool, left: int | None) -> Finding:
    if late:
        return bad(EXPIRY, "a message that had run out was delivered")
    if left is None or left > KEPT_SECONDS - int(_AWAY_SECONDS):
        return bad(EXPIRY, "the time that a message has left is not counted down")
    return good(EXPIRY, "what had run out did not come, and the time left is counted down")


def retained(table: Table, contact: Contact) -> list[Finding]:
    """Leave a message for who comes later, and take it away again."""
    if not contact.welcome.retains:
        return [bad(RETAINED, "the broker says it keeps none")]
    with table.both() as (centre, terminal), _taken_away(centre, table.downward):
        centre.publish(table.downward, b"kept", retain=True, expires_in=KEPT_SECONDS)
        listen(terminal, table.downward)
        kept = hear(terminal, lambda arrival: arrival.retained and arrival.payload == b"kept")
    if kept is None:
        return [bad(RETAINED, "who came later did not get it")]
    return [good(RETAINED, "who came later got it")]


def will(table: Table, _contact: Contact) -> list[Finding]:
    """Let the terminal vanish, and hear what the broker says of it."""
    topic = table.target.topics.presence(table.target.terminal_name)
    try:
        with table.both() as (centre, _terminal):
            listen(centre, topic)
            table.terminal.come(will=Will(topic, b"vanished")).vanish()
            told = hear(centre, lambda arrival: arrival.payload == b"vanished")
    finally:
        _forget_will(table, topic)
    return [good(WILL, "it was told at once") if told else bad(WILL, "it was not told")]


def _forget_will(table: Table, topic: str) -> None:
    with suppress(ProbeError):
        table.terminal.come().publish(topic, b"", retain=True)
    table.terminal.clear_away()


def burst(table: Table, contact: Contact) -> list[Finding]:
    """Send as many messages at once as the centre may have on their way."""
    told = contact.welcome.receive_maximum
    with table.both() as (centre, _terminal):
        payloads = (b"x" for _ in range(MAXIMUM_INFLIGHT))
        try:
            refused = centre.publish_all(table.elsewhere, payloads, at_once=contact.at_once, expires_in=KEPT_SECONDS)
        except Ended:
            return [bad(BURST, f"the broker ended the connection; it says it takes {told:,}")]
    if refused:
        return [bad(BURST, f"{refused:,} were refused; the broker says it takes {told:,}")]
    if told < MAXIMUM_INFLIGHT:
        return [good(BURST, f"all were taken, {told:,} at a time as the broker says; the centre keeps to that")]
    return [good(BURST, "all were taken")]


def shared(table: Table, contact: Contact) -> list[Finding]:
    """Listen as one of several who share what comes."""
    if not contact.welcome.shares:
        return [bad(SHARED, "the broker says it has none")]
    with table.both(share="kokuchi-check") as (centre, terminal):
        for number in range(_SHARED_MESSAGES):
            centre.publish(table.downward, b"%d" % number, expires_in=KEPT_SECONDS)
        last = b"%d" % (_SHARED_MESSAGES - 1)
        hear(terminal, lambda arrival: arrival.payload == last)
        quiet(terminal, 0.1)
        came = len(terminal.arrivals)
    if came != _SHARED_MESSAGES:
        return [bad(SHARED, f"{came} of {_SHARED_MESSAGES} came")]
    return [good(SHARED, "allowed, and each message came once")]


@contextmanager
def _taken_away(writer: Probe, topic: str) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ProbeError):
            writer.publish(topic, b"", retain=True)
