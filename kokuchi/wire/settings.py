"""What the centre tells a terminal about itself after its enrolment: signed and retained, so that nobody visits it."""

from collections.abc import Mapping
from typing import Annotated

from cryptography import x509
from pydantic import AfterValidator, Field

from kokuchi.wire.audience import Membership
from kokuchi.wire.fields import Identifier, Instant, Message, Text
from kokuchi.wire.signature import KeyRing, public_key

SETTINGS = "settings"
HIGHEST_SETTINGS_REVISION = 2**53 - 1
MAXIMUM_LEAP = 1_000_000
"""How far a revision may be ahead of the one that stands: after the highest one no newer key could say anything."""

MAXIMUM_KEYS = 20
_MAXIMUM_PEM = 8000


def _is_key(pem: str) -> str:
    public_key(pem.encode())
    return pem


def _is_certificate(pem: str) -> str:
    x509.load_pem_x509_certificate(pem.encode())
    return pem


PublicKey = Annotated[str, Field(max_length=_MAXIMUM_PEM), AfterValidator(_is_key)]
"""An Ed25519 public key as PEM."""

Authority = Annotated[str, Field(max_length=_MAXIMUM_PEM), AfterValidator(_is_certificate)]
"""The certificate of an authority as PEM. It is read here, since one that cannot be read would keep a terminal away."""

SettingsRevision = Annotated[int, Field(ge=1, le=HIGHEST_SETTINGS_REVISION)]
"""Rises with every change."""


class TerminalSettings(Message):
    """What holds at one terminal from now on, in place of what its grant said; the highest revision stands.

    `public_keys` are those whose signatures it trusts, the oldest first; `kokuchi.wire.trust` says which change of them
    a signature is good for. `authorities` are those that may vouch for the broker; without any it keeps those it has.
    """

    town: Identifier
    terminal: Identifier
    identifier: Identifier = SETTINGS
    revision: SettingsRevision
    sent: Instant
    expires: Instant
    areas: Annotated[tuple[Identifier, ...], Field(max_length=100)] = ()
    groups: Annotated[tuple[Identifier, ...], Field(max_length=100)] = ()
    kinds: Annotated[Mapping[Identifier, Annotated[Text, Field(min_length=1, max_length=40)]], Field(max_length=200)]
    names: (
        Annotated[Mapping[Identifier, Annotated[Text, Field(min_length=1, max_length=100)]], Field(max_length=20)]
        | None
    ) = None
    public_keys: Annotated[tuple[PublicKey, ...], Field(min_length=1, max_length=MAXIMUM_KEYS)]
    authorities: Annotated[tuple[Authority, ...], Field(max_length=5)] = ()

    @property
    def membership(self) -> Membership:
        """What decides which alerts are for the terminal."""
        return Membership(terminal=self.terminal, areas=frozenset(self.areas), groups=frozenset(self.groups))

    @property
    def keys(self) -> KeyRing:
        """The keys that are trusted, the oldest first."""
        return KeyRing.of(*(public_key(pem.encode()) for pem in self.public_keys))
