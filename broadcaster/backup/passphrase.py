"""A short text under a passphrase, as `age -p` writes it (https://age-encryption.org/v1, the scrypt recipient).

pyrage does the same, but takes as much memory as a second of this machine fills (1 GB was seen), and a machine that is
slower or busy then refuses its own file. Here the cost is fixed, and the passphrases that are made have 119 bits.
"""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

COST = 16
"""The logarithm of scrypt's N: 64 MB, and a quarter of a second on a small machine."""

_HIGHEST_COST = 20
_VERSION = b"age-encryption.org/v1"
_ONLY_CHUNK = bytes(11) + b"\x01"
_LONGEST = 64 * 1024


class WrongPassphrase(Exception):  # noqa: N818 - reads as what it says
    """The text does not open with this passphrase, or it is none that was encrypted so."""


def encrypt(text: bytes, passphrase: str) -> bytes:
    """Return a text of up to 64 KiB as an age file that opens with the passphrase."""
    if len(text) > _LONGEST:
        raise ValueError("only a short text is encrypted so")
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = ChaCha20Poly1305(_wrapping(passphrase, salt, COST)).encrypt(bytes(12), key, None)
    stanza = b"-> scrypt %s %d\n%s\n" % (_text(salt), COST, _text(wrapped))
    header = b"%s\n%s---" % (_VERSION, stanza)
    sealed = ChaCha20Poly1305(_derived(key, nonce, b"payload")).encrypt(_ONLY_CHUNK, text, None)
    return b"%s %s\n%s%s" % (header, _text(_mac(key, header)), nonce, sealed)


def decrypt(data: bytes, passphrase: str) -> bytes:
    """Return the text, or raise WrongPassphrase."""
    try:
        version, stanza, body, end, payload = data.split(b"\n", 4)
        kind, salt, cost = stanza.removeprefix(b"-> ").split(b" ")
        if version != _VERSION or kind != b"scrypt" or not 1 <= int(cost) <= _HIGHEST_COST:
            raise WrongPassphrase("it is not encrypted with a passphrase")
        key = ChaCha20Poly1305(_wrapping(passphrase, _bytes(salt), int(cost))).decrypt(bytes(12), _bytes(body), None)
        header = data[: data.index(b"\n---") + 4]
        if not hmac.compare_digest(_bytes(end.removeprefix(b"--- ")), _mac(key, header)):
            raise WrongPassphrase("its header was changed")
        nonce, sealed = payload[:16], payload[16:]
        return ChaCha20Poly1305(_derived(key, nonce, b"payload")).decrypt(_ONLY_CHUNK, sealed, None)
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise WrongPassphrase("it does not open with this passphrase") from error


def _wrapping(passphrase: str, salt: bytes, cost: int) -> bytes:
    n = 2**cost
    full = _VERSION + b"/scrypt" + salt
    return hashlib.scrypt(passphrase.encode(), salt=full, n=n, r=8, p=1, maxmem=129 * n * 8 + (1 << 20), dklen=32)


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _mac(key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(key, b"", b"header"), header, "sha256")


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
