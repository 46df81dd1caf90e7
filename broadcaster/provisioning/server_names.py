"""What the server is called by those who connect to it: the names and addresses that its certificate is for."""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from broadcaster.provisioning.certificates import CertificateError, Certificates, Names
from broadcaster.settings import Settings

_ITSELF = ("localhost", "127.0.0.1", "::1")
_ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737): the way to it tells which of our own we would speak from."""


def certificates_of(settings: Settings) -> Certificates:
    """Return the town's TLS files."""
    return Certificates(settings.certificates, settings.town.name)


def server_names(settings: Settings, extra: Iterable[str] = ()) -> Names:
    """Return what the settings and a command call the server, and how its machine is called.

    Raises CertificateError.
    """
    web, broker = settings.web, settings.broker
    told = [broker.host, broker.public_host, web.host, _host(web.public_address), *extra]
    named = [_checked(name) for name in told if name and not _is_unspecified(name)]
    found = [socket.gethostname().lower(), _own_address()]
    return Names((*_ITSELF, *dict.fromkeys(named)), tuple(name for name in found if _is_name(name)))


def page_names(settings: Settings) -> tuple[str, ...]:
    """Return the names under which people and devices reach the pages."""
    host = _host(settings.web.public_address) or settings.web.host
    return () if _is_unspecified(host) else (_checked(host),)


def _host(address: str | None) -> str | None:
    if not address:
        return None
    return urlsplit(address if "://" in address else f"//{address}").hostname


def _is_unspecified(name: str) -> bool:
    return name in ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


def _is_name(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return bool(re.fullmatch(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", name)) and not name.isdigit()
    return True


def _checked(name: str) -> str:
    lower = name.lower().rstrip(".")
    if not _is_name(lower):
        raise CertificateError(f"{name!r} is neither a host name nor an address")
    return str(ip_address(lower)) if ":" in lower else lower


def _own_address() -> str:
    """Return the address from which this machine speaks to others, empty without a network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
