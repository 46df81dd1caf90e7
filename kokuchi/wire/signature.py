"""JWS (RFC 7515) in compact form with EdDSA over Ed25519 (RFC 8037). The algorithm is pinned."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_encode

from kokuchi.wire.errors import Refusal, WireError

_ALGORITHM = "EdDSA"
_JWS = jwt.PyJWS(algorithms=[_ALGORITHM])


class KeyFileError(Exception):
    """A key file that is missing or is no Ed25519 key; the message says which file and what to do."""


def key_identifier(public: Ed25519PublicKey) -> str:
    """Return the `kid` of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Return the public key in a PEM, or raise ValueError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it must be an Ed25519 key")  # noqa: TRY004 - what is wrong is the file's content
    return key


@dataclass(frozen=True)
class SigningKey:
    """The centre's private key. It never leaves the centre."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a PEM (PKCS #8) file, or raise KeyFileError."""
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError(f"{path}: cannot read the signing key: {error}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path}: the signing key must be an Ed25519 key")
        return cls(key)

    def to_pem(self) -> bytes:
        """Return the key as PEM (PKCS #8), to be stored readable by the centre's user only."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_pem(self) -> bytes:
        """Return the public half as PEM, for terminals."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def kid(self) -> str:
        """The key identifier that goes into each signature's header."""
        return key_identifier(self.private.public_key())

    def sign(self, payload: bytes, kind: str) -> bytes:
        """Return the compact JWS of a payload; `kind` becomes `typ`, so that one kind cannot pass for another."""
        return _JWS.encode(payload, self.private, _ALGORITHM, {"kid": self.kid, "typ": kind}).encode()


@dataclass(frozen=True)
class KeyRing:
    """The public keys that a terminal trusts, by `kid`, the oldest first; several, so that they can be rotated."""

    keys: Mapping[str, Ed25519PublicKey]

    @classmethod
    def of(cls, *keys: Ed25519PublicKey) -> Self:
        """Hold these keys."""
        return cls({key_identifier(key): key for key in keys})

    @classmethod
    def load(cls, paths: list[Path]) -> Self:
        """Read PEM files of public keys, or raise KeyFileError."""
        keys = []
        for path in paths:
            try:
                keys.append(public_key(path.read_bytes()))
            except (OSError, ValueError) as error:
                raise KeyFileError(f"{path}: cannot read the town's public key: {error}") from error
        return cls.of(*keys)

    @property
    def kids(self) -> tuple[str, ...]:
        """The keys' names, the oldest first."""
        return tuple(self.keys)

    def signer(self, token: bytes, kind: str) -> str:
        """Return the `kid` of the key that has signed a compact JWS of this kind, or raise WireError."""
        self.verify(token, kind)
        return str(_JWS.get_unverified_header(token)["kid"])

    def verify(self, token: bytes, kind: str) -> bytes:
        """Return the payload of a compact JWS of this kind, or raise WireError."""
        try:
            header = _JWS.get_unverified_header(token)
        except (jwt.PyJWTError, UnicodeError, ValueError, RecursionError) as error:
            raise WireError(Refusal.UNSIGNED, "the message is not signed") from error
        typ = header.get("typ")
        if header.get("alg") == _ALGORITHM and typ != kind and _series(typ) == _series(kind):
            raise WireError(Refusal.UNKNOWN_VERSION, f"the message is a {typ}; this software speaks {kind}")
        if header.get("alg") != _ALGORITHM or typ != kind:
            raise WireError(Refusal.UNSIGNED, f"the message is not signed as a {kind} with {_ALGORITHM}")
        kid = header.get("kid")
        key = self.keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise WireError(Refusal.UNKNOWN_KEY, "the message is signed with a key that this terminal does not know")
        try:
            signed = _JWS.decode_complete(token, key, algorithms=[_ALGORITHM])
        except (jwt.PyJWTError, UnicodeError, ValueError) as error:
            raise WireError(Refusal.ALTERED, "the signature does not fit the message: it was altered") from error
        if token.rpartition(b".")[2] != base64url_encode(signed["signature"]):
            raise WireError(Refusal.ALTERED, "the signature is not spelt as RFC 7515 does: the message was altered")
        payload: bytes = signed["payload"]
        return payload


def _series(typ: object) -> str | None:
    """Return a `typ` without its major version, or None if it has none: "kokuchi.Alert" of "kokuchi.Alert.v1"."""
    match = re.fullmatch(r"(kokuchi\.[A-Za-z]{1,20})\.v[0-9]{1,4}", typ) if isinstance(typ, str) else None
    return match and match[1]
