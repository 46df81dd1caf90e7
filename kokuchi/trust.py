"""TLS of both ends: whom a client trusts, how a server presents itself, and why a connection was not trusted."""

import ssl
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from kokuchi.plain_http import GuidingContext

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for."""

_EXPIRED = 10
_NOT_YET_VALID = 9
_OTHER_NAME = (62, 64)


class Doubt(StrEnum):
    """Why a connection was not trusted; the text is for a log."""

    EXPIRED = "the certificate has expired: renew it at the centre with `broadcaster certificates renew`"
    NOT_YET_VALID = "the certificate is not valid yet: does the clock of this machine go right?"
    OTHER_NAME = "the certificate is for another name or address: `broadcaster certificates renew --name NAME` adds one"
    UNKNOWN_AUTHORITY = "the certificate is not from an authority that is trusted here"
    NOT_TLS = "it does not speak TLS 1.2 or newer"


class AuthorityUnusable(OSError):  # noqa: N818 - reads as what it says
    """A file with trusted authorities that cannot be read, or has none in it."""


def client_context(files: Iterable[Path], *, system: bool = False, check_time: bool = True) -> ssl.SSLContext:
    """Return what a client verifies a server with: name and chain always, by the authorities in PEM files.

    `system`: the authorities of the operating system are trusted too. Without `check_time` a certificate that is too
    old or too new is taken: a device without a battery begins in 1970 and learns the time only over the network.
    Raises AuthorityUnusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if system:
        context.load_default_certs()
    for file in files:
        try:
            context.load_verify_locations(file)
        except OSError as error:
            raise AuthorityUnusable(f"{file}: no authority can be read from it: {error.strerror or error}") from error
    if not check_time:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a server presents; a later `load_cert_chain` counts for new connections. Raises OSError."""
    context = GuidingContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def doubt_of(error: BaseException | None) -> Doubt | None:
    """Return why a connection was not trusted, by the error or what it came from; None if it is for another reason."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            match error.verify_code:
                case code if code == _EXPIRED:
                    return Doubt.EXPIRED
                case code if code == _NOT_YET_VALID:
                    return Doubt.NOT_YET_VALID
                case code if code in _OTHER_NAME:
                    return Doubt.OTHER_NAME
                case _:
                    return Doubt.UNKNOWN_AUTHORITY
        # One that hangs up in between may be starting or ending.
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
            return Doubt.NOT_TLS
        error = error.__cause__ or error.__context__
    return None
