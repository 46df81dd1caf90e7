"""The folder of the town's TLS files: its authority, the certificate of its server, and one's own for the pages.

    authority.pem, authority-key.pem                 what devices and browsers trust; made once, for 20 years
    authority-former.pem, authority-former-key.pem   the one before; while its key is here, it is the one that signs
    trusted.pem                                      both authorities in one file: what the centre and devices trust
    server.pem, server-key.pem                       what the broker and the pages present
    web.pem, web-key.pem, web-authority.pem          one's own certificate for the pages, imported; its authority

Each file is replaced whole, and a renewal replaces one file alone: a power cut at any moment leaves a broker and pages
that start.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from broadcaster.provisioning.issuing import BACKDATED, issue_authority, issue_server, may_vouch_for, names_of, new_key
from broadcaster.provisioning.secrets import write_secret
from kokuchi.durable_files import write_durably

RENEWED_BEFORE = timedelta(days=75)
"""How long before its end the server's certificate is renewed by itself."""

WARNED_BEFORE = timedelta(days=60)
"""How long before the end somebody is warned: a renewal has not come about then, or is not made by itself."""


class CertificateError(Exception):
    """Certificates that are missing or cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Names:
    """What a server is called: by the settings and commands (`named`), and by its machine (`found`), if that may be."""

    named: tuple[str, ...]
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Certificates:
    """The files in a folder, for a town of this name."""

    folder: Path
    town: str

    @property
    def authority(self) -> Path:
        """The certificate of the town's authority."""
        return self.folder / "authority.pem"

    @property
    def former(self) -> Path:
        """The certificate of the authority before, if there is one."""
        return self.folder / "authority-former.pem"

    @property
    def trusted(self) -> Path:
        """What whoever connects trusts: the authority, and the former one."""
        return self.folder / "trusted.pem"

    @property
    def authorities(self) -> tuple[str, ...]:
        """What `trusted` holds, one by one as PEM: what terminals are told. Raises CertificateError."""
        return tuple(map(_text, read_certificates(self.trusted))) if self.trusted.exists() else ()

    @property
    def server(self) -> Path:
        """The server's certificate."""
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        """The server's key."""
        return self.folder / "server-key.pem"

    @property
    def web(self) -> tuple[Path, Path]:
        """The certificate and key of the pages: one's own, if one was imported."""
        own = self.folder / "web.pem"
        return (own, self.folder / "web-key.pem") if own.exists() else (self.server, self.server_key)

    @property
    def is_switch_due(self) -> bool:
        """Whether a new authority was announced, and the former one still signs."""
        return self._former_key.exists()

    def check(self) -> None:
        """Raise CertificateError unless everything is there that broker and pages need."""
        needed = (self.authority, self.trusted, self.server, self.server_key)
        if missing := [path for path in needed if not path.exists()]:
            raise CertificateError(
                f"{missing[0]}: there is no such file: make it with `broadcaster certificates make`, or do without TLS:"
                " [broker] tls = false and [web] tls = false"
            )

    def make(self, names: Names, now: datetime) -> list[Path]:
        """Make what is not there yet; return what was made. Raises CertificateError."""
        with self._locked():
            made = self._make_authority(names, now)
            self._write_trusted()
            if write_secret(self.server_key, _pem(new_key())):
                made.append(self.server_key)
            if not self.server.exists() or not fits(read_certificate(self.server), read_key(self.server_key)):
                self._issue_server(names, now)
                made.append(self.server)
            return made

    def renew(self, names: Names, now: datetime, *, new_server_key: bool = False) -> x509.Certificate:
        """Make a new certificate for the server, for the names of the present one and these. Raises CertificateError.

        The key stays, so that one file changes; a new one is for a key that somebody else may have.
        """
        with self._locked():
            self.check()
            if new_server_key:
                write_durably(self.server_key, _pem(new_key()).decode(), 0o600)
            present = names_of(read_certificate(self.server))
            return self._issue_server(Names((*names.named,), (*present, *names.found)), now)

    def is_due(self, names: Names, now: datetime) -> bool:
        """Tell whether the server's certificate ends soon, or lacks a name that it should have."""
        certificate = read_certificate(self.server)
        authority = read_certificate(self.former if self.is_switch_due else self.authority)
        found = [name for name in names.found if may_vouch_for(authority, name)]
        if not {*names.named, *found} <= {*names_of(certificate)}:
            return True
        ends = certificate.not_valid_after_utc
        # One that ends with its authority lasts no longer by being made anew.
        return ends - now < RENEWED_BEFORE and ends < authority.not_valid_after_utc

    def announce_authority(self, names: Names, now: datetime) -> None:
        """Make a new authority, which devices learn to trust while the former still signs. Raises CertificateError."""
        with self._locked():
            self.check()
            if self.is_switch_due:
                raise CertificateError(
                    "a new authority is announced already; `broadcaster certificates switch` goes over to it"
                )
            # Without its key the present one could not go on signing.
            self._signer()
            present = names_of(read_certificate(self.server))
            write_durably(self.former, self.authority.read_text())
            write_durably(self._former_key, self._authority_key.read_text(), 0o600)
            write_durably(self._authority_key, _pem(new_key()).decode(), 0o600)
            self._issue_authority([*present, *names.named, *names.found], now)
            self._write_trusted()

    def switch(self, names: Names, now: datetime) -> x509.Certificate:
        """Let the announced authority sign from now on. Raises CertificateError."""
        with self._locked():
            if not self.is_switch_due:
                raise CertificateError("no new authority is announced: `broadcaster certificates renew --authority`")
            present = names_of(read_certificate(self.server))
            certificate = self._issue_server(Names(names.named, (*present, *names.found)), now, announced=True)
            self._former_key.unlink()
            return certificate

    def announced_at(self) -> datetime:
        """Return since when the present authority is known to the devices."""
        return read_certificate(self.authority).not_valid_before_utc + BACKDATED

    def import_web(self, chain: str, key: str, authority: str | None) -> None:
        """Let the pages present one's own certificate, which was checked before."""
        with self._locked():
            (self.folder / "web.pem").unlink(missing_ok=True)
            write_durably(self.folder / "web-key.pem", key, 0o600)
            if authority:
                write_durably(self.folder / "web-authority.pem", authority)
            write_durably(self.folder / "web.pem", chain)

    def for_devices(self) -> str:
        """Return all authorities that a device needs to trust, as PEM."""
        files = (self.trusted, self.folder / "web-authority.pem")
        return "".join(path.read_text() for path in files if path.exists())

    @property
    def _authority_key(self) -> Path:
        return self.folder / "authority-key.pem"

    @property
    def _former_key(self) -> Path:
        return self.folder / "authority-former-key.pem"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_authority(self, names: Names, now: datetime) -> list[Path]:
        """Make the authority unless there was ever one: another one in its place would shut out every terminal."""
        made = []
        if not self.authority.exists():
            if self.server.exists():
                raise CertificateError(f"{self.authority}: is gone; put it back with its key from a backup")
            if write_secret(self._authority_key, _pem(new_key())):
                made.append(self._authority_key)
        elif not self.is_switch_due or self._is_whole():
            return []
        self._issue_authority([*names.named, *names.found], now)
        return [*made, self.authority]

    def _is_whole(self) -> bool:
        """Tell whether the authority fits its key: a power cut may have come between the two."""
        return self.authority.exists() and fits(read_certificate(self.authority), read_key(self._authority_key))

    def _issue_authority(self, names: Sequence[str], now: datetime) -> None:
        write_durably(self.authority, _text(issue_authority(read_key(self._authority_key), self.town, names, now)))

    def _issue_server(self, names: Names, now: datetime, *, announced: bool = False) -> x509.Certificate:
        authority, key = self._signer(announced=announced)
        if now >= authority.not_valid_after_utc:
            raise CertificateError(
                f"the town's authority has ended on {authority.not_valid_after_utc:%Y-%m-%d}: `broadcaster certificates"
                " renew --authority`, `switch`, then enrol the terminals again"
            )
        if strange := [name for name in names.named if not may_vouch_for(authority, name)]:
            raise CertificateError(
                f"the town's authority may not vouch for {strange[0]}: it was made for other names. Make a new one with"
                f" `broadcaster certificates renew --authority --name {strange[0]}`"
            )
        all_names = [*names.named, *(name for name in names.found if may_vouch_for(authority, name))]
        certificate = issue_server(
            read_key(self.server_key).public_key(), list(dict.fromkeys(all_names)), authority, key, now
        )
        write_durably(self.server, _text(certificate))
        return certificate

    def _signer(self, *, announced: bool = False) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        """Return the authority that signs: while a new one is only announced, the former."""
        if self.is_switch_due and not announced:
            return read_certificate(self.former), read_key(self._former_key)
        if not self._is_whole():
            raise CertificateError(f"{self.authority} does not fit its key; put both back from a backup")
        return read_certificate(self.authority), read_key(self._authority_key)

    def _write_trusted(self) -> None:
        files = [path for path in (self.authority, self.former) if path.exists()]
        text = "".join(path.read_text() for path in files)
        if not self.trusted.exists() or self.trusted.read_text() != text:
            write_durably(self.trusted, text)


def read_certificates(path: Path) -> Sequence[x509.Certificate]:
    """Return the certificates in a PEM file; raises CertificateError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise CertificateError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CertificateError(f"{path}: there is no certificate in PEM form in it") from error


def read_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate in a PEM file; raises CertificateError."""
    return read_certificates(path)[0]


def read_key(path: Path) -> EllipticCurvePrivateKey:
    """Return a key that was made here; raises CertificateError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise CertificateError(f"{path}: cannot be read: {error.strerror}; put it back from a backup") from error
    except (ValueError, TypeError) as error:
        raise CertificateError(f"{path}: is no private key without a passphrase") from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise CertificateError(f"{path}: is no EC key")
    return key


def fits(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> bool:
    """Tell whether a certificate is for a key."""
    return certificate.public_key() == key.public_key()


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
