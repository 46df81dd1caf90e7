"""The first contact: is somebody there, can it be trusted, does it speak MQTT 5, does it know us."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from broadcaster.brokercheck.findings import Finding, bad, good, unknown
from broadcaster.brokercheck.party import Table
from broadcaster.brokercheck.requirements import MQTT5, REACH, TLS
from broadcaster.brokercheck.target import NotTried
from kokuchi.link.mqtt import MAXIMUM_INFLIGHT
from kokuchi.link.probe import Probe, ProbeError, Unreachable, Welcome
from kokuchi.trust import doubt_of

_UNSUPPORTED_VERSION = 0x84
_REFUSED = {0x86: "its user name or password is wrong", 0x87: "it is not allowed to come", 0x8A: "it is banned"}


@dataclass(frozen=True)
class Contact:
    """A broker that has let us in, and what it said."""

    welcome: Welcome

    @property
    def at_once(self) -> int:
        """How many unanswered messages the centre would have at this broker."""
        return min(self.welcome.receive_maximum, MAXIMUM_INFLIGHT)


def meet(table: Table) -> tuple[Contact | None, list[Finding]]:
    """Come for the first time; without a contact nothing more can be tried. Raises NotTried."""
    address = table.target.address
    place = f"{address.host} port {address.port}"
    try:
        welcome, probe = table.centre.introduce()
    except Unreachable as error:
        doubt = doubt_of(error)
        if doubt is None:
            return None, [bad(REACH, f"no connection to {place}: {error}")]
        return None, [good(REACH, f"{place} answers"), bad(TLS, str(doubt))]
    except ProbeError as error:
        hint = "" if address.encrypted else "; does it want encryption (mqtts://)?"
        return None, [good(REACH, f"{place} answers"), unknown(MQTT5, f"{error}{hint}")]
    findings = [good(REACH, f"{place} answers"), _encryption(table, probe)]
    if welcome.code == _UNSUPPORTED_VERSION:
        return None, [*findings, bad(MQTT5, "the broker does not speak it")]
    findings.append(good(MQTT5, "the broker speaks it"))
    _demand(welcome, table.target.centre.username if table.target.centre else None)
    table.centre.clear_away()
    _introduce_terminal(table)
    return Contact(welcome), findings


def _introduce_terminal(table: Table) -> None:
    login = table.target.terminal or table.target.centre
    name = login.username if login else None
    try:
        welcome, _probe = table.terminal.introduce()
    except ProbeError as error:
        raise NotTried(f"{name or 'nobody'} could not log in: {error}") from error
    _demand(welcome, name)
    table.terminal.clear_away()


def _demand(welcome: Welcome, name: str | None) -> None:
    if not welcome.accepted:
        why = _REFUSED.get(welcome.code, welcome.words)
        if name is None:
            raise NotTried(f"the broker wants a login ({why}): put the user name into the address, mqtts://user@host")
        raise NotTried(f"the broker refuses the login of {name}: {why}")


def _encryption(table: Table, probe: Probe) -> Finding:
    connection = probe.secured
    if connection is not None:
        return good(TLS, f"{connection.version()}, {_certificate(connection)}")
    if table.target.address.encrypted:
        return unknown(TLS, "the broker hung up")
    if _is_here(table.target.address.host):
        return good(TLS, "not encrypted, which is enough within this machine")
    return bad(TLS, "not encrypted: whoever is on the network reads passwords")


def _certificate(connection: ssl.SSLSocket) -> str:
    ends = (connection.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return "the certificate is trusted"
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    return f"a trusted certificate until {until:%Y-%m-%d}"


def _is_here(host: str) -> bool:
    try:
        return ip_address(socket.gethostbyname(host)).is_loopback
    except (OSError, ValueError):
        return host == "::1"
