"""What a broker says of itself when somebody comes, and whom it turns away."""

from secrets import token_hex

from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.findings import Finding, bad, good
from broadcaster.brokercheck.party import Party, Table
from broadcaster.brokercheck.requirements import KEEP_ALIVE, QOS, STRANGERS, WILDCARDS
from broadcaster.brokercheck.target import Login, NotTried
from kokuchi.link.mqtt import KEEP_ALIVE_SECONDS
from kokuchi.link.probe import ProbeError

_LEAST_KEEP_ALIVE, _LONGEST_KEEP_ALIVE = 5, 60
"""Seconds: a sign more often is a load, one more seldom lets a dead terminal look alive."""


def announced(contact: Contact) -> list[Finding]:
    """Tell what the broker's welcome rules out; what it does not mention it has, by the standard."""
    welcome = contact.welcome
    qos = good(QOS, "each message is confirmed") if welcome.maximum_qos else bad(QOS, "the broker offers QoS 0 only")
    wildcards = good(WILDCARDS, "allowed") if welcome.wildcards else bad(WILDCARDS, "the broker says it has none")
    wish = welcome.keep_alive if welcome.keep_alive is not None else KEEP_ALIVE_SECONDS
    often = f"every {wish} seconds" if wish else "the broker wants none"
    in_bounds = _LEAST_KEEP_ALIVE <= wish <= _LONGEST_KEEP_ALIVE
    return [qos, wildcards, (good if in_bounds else bad)(KEEP_ALIVE, often)]


def strangers(table: Table, _contact: Contact) -> list[Finding]:
    """Come without a name, with one that nobody has, and with a wrong password."""
    wrong = token_hex(12)
    tried: list[tuple[str, Login | None]] = [
        ("somebody without a name", None),
        ("a name that it cannot know", Login(f"kokuchi-check-{token_hex(4)}", wrong)),
    ]
    if table.target.centre is not None:
        tried.append(("a wrong password", Login(table.target.centre.username, wrong)))
    let_in = [who for who, login in tried if _is_let_in(table, login)]
    if let_in:
        return [bad(STRANGERS, f"the broker lets in {' and '.join(let_in)}")]
    return [good(STRANGERS, "without a name or with a wrong password nobody comes in")]


def _is_let_in(table: Table, login: Login | None) -> bool:
    party = Party(table.target, login)
    try:
        welcome, _probe = party.introduce()
    except NotTried:
        # Even into somebody's session.
        return True
    except ProbeError:
        return False
    finally:
        party.clear_away()
    return welcome.accepted
