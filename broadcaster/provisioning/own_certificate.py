"""A certificate that somebody else has issued for the pages: looked at before it is used."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from broadcaster.provisioning.certificates import CertificateError, read_certificate, read_certificates
from broadcaster.provisioning.issuing import names_of


@dataclass(frozen=True)
class OwnCertificate:
    """A certificate with its chain, its key and, if it was told, its authority, as PEM."""

    chain: str
    key: str
    authority: str | None
    names: tuple[str, ...]
    ends: datetime


def read_own(
    certificate: Path, key: Path, authority: Path | None, needed: tuple[str, ...], now: datetime
) -> OwnCertificate:
    """Return a certificate that can be used for hosts as people and devices call them, or raise CertificateError."""
    chain = read_certificates(certificate)
    first = chain[0]
    _check_key(first, certificate, key)
    if now > first.not_valid_after_utc:
        raise CertificateError(f"{certificate}: it has expired on {first.not_valid_after_utc:%Y-%m-%d}")
    if now < first.not_valid_before_utc:
        raise CertificateError(f"{certificate}: it is valid from {first.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only")
    names = names_of(first)
    if missing := [name for name in needed if not _covers(names, name)]:
        raise CertificateError(
            f"{certificate}: it is for {', '.join(names) or 'no name'}, and not for {missing[0]}, which is the"
            " [web] public_address or host; have it issued for that name, or change the settings"
        )
    for issued, issuer in pairwise(chain):
        if issued.issuer != issuer.subject:
            raise CertificateError(f"{certificate}: the certificates in it are no chain, each issued by the next one")
    if authority:
        read_certificate(authority)
    return OwnCertificate(
        certificate.read_text(),
        key.read_text(),
        authority.read_text() if authority else None,
        tuple(names),
        first.not_valid_after_utc,
    )


def _check_key(certificate: x509.Certificate, path: Path, key_path: Path) -> None:
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    except OSError as error:
        raise CertificateError(f"{key_path}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise CertificateError(
            f"{key_path}: is no private key in PEM form without a passphrase; take the passphrase off with"
            " `openssl pkey -in FILE -out NEW`"
        ) from error
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise CertificateError(f"{key_path}: this key is not the one of {path}; take the key it was requested with")


def _covers(names: list[str], host: str) -> bool:
    wild = f"*.{host.partition('.')[2]}"
    return host in names or wild in names
