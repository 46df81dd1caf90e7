"""Which broker is tried, as whom, and on which topics."""

import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from kokuchi.link.probe import ProbeAddress
from kokuchi.wire import Topics

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class NotTried(Exception):  # noqa: N818 - reads as what it says
    """The broker was not tried; the message says why and what to do."""


@dataclass(frozen=True)
class Login:
    """A user of the broker."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Address:
    """Where a broker is, as a URL says it: mqtt://host:port or mqtts://user@host."""

    host: str
    port: int
    encrypted: bool
    username: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Read a URL; raises NotTried."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise NotTried(f"{url}: is no address: {error}") from error
        if parts.scheme in ("ws", "wss"):
            raise NotTried(
                "kokuchi does not speak MQTT over WebSocket: name the broker's own port, as mqtts://host:8883"
            )
        if parts.scheme not in _PORTS or not parts.hostname:
            raise NotTried("write the broker's address as mqtts://host:8883, or mqtt://host:1883 without encryption")
        if parts.password is not None:
            raise NotTried("no password in the address, others could read it there: use --password-file")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise NotTried("after the broker's port nothing may follow in its address")
        username = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "mqtts", username)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.encrypted else 'mqtt'}://{host}:{self.port}"


@dataclass(frozen=True)
class Target:
    """A broker and how it is tried.

    `centre` is the login that speaks as the centre, None on a broker that asks for none; `terminal` one with the rights
    of a terminal. `town` names the topics: a made-up one, or a real one whose broker gives rights for no other.
    `terminal_name` is the terminal of it that everything is addressed to.
    """

    address: Address
    trusted: ssl.SSLContext | None
    town: str
    terminal_name: str
    centre: Login | None
    terminal: Login | None = None

    @property
    def topics(self) -> Topics:
        """The topics that are used."""
        return Topics(self.town)

    @property
    def stranger_name(self) -> str:
        """Return a second terminal, which nobody has."""
        return f"{self.terminal_name}-2"

    def reached_as(self, login: Login | None) -> ProbeAddress:
        """Return what a probe is given."""
        name, password = (login.username, login.password) if login else (None, None)
        return ProbeAddress(self.address.host, self.address.port, name, password, self.trusted)
