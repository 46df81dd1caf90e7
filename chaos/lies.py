"""What an intruder can make without the town's key: forged alerts, altered tokens, garbage."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from random import Random

import jwt
from jwt.utils import base64url_encode

from chaos.events import Corruption, Forgery
from chaos.text import body_of, forged_identifier_of, headline_for
from kokuchi.wire import Alert, Audience, AudienceKind, Severity, SigningKey, encode, seal
from terminal_client.household import Key

_KIND = "kokuchi.Alert.v1"
_HIGH_REVISION = 9000


def forged_alert(number: int, town: str) -> Alert:
    """Return an alert that nobody in the town has written."""
    now = datetime.now(UTC)
    key = Key(forged_identifier_of(number), 1)
    return Alert(
        town=town,
        identifier=key.alert,
        sent=now,
        expires=now + timedelta(hours=1),
        category="scam",
        event="にせもの",
        severity=Severity.EXTREME,
        audience=Audience(kind=AudienceKind.ALL),
        sender_name="月形町役場",
        headline=headline_for(key),
        body=body_of(key),
    )


def forge(manner: Forgery, number: int, town: str, genuine: SigningKey) -> bytes:
    """Return a forged alert. The genuine key is used for what it must not be good for, and for its public half."""
    alert = forged_alert(number, town)
    payload = encode(alert)
    match manner:
        case Forgery.OWN_KEY:
            return seal(alert, SigningKey.generate())
        case Forgery.SAME_KID:
            own = SigningKey.generate().private
            return jwt.PyJWS().encode(payload, own, "EdDSA", {"kid": genuine.kid, "typ": _KIND}).encode()
        case Forgery.ALGORITHM_NONE:
            return b".".join([_header("none", genuine), base64url_encode(payload), b""])
        case Forgery.PUBLIC_KEY_AS_SECRET:
            signed = b".".join([_header("HS256", genuine), base64url_encode(payload)])
            code = hmac.new(genuine.public_pem(), signed, hashlib.sha256).digest()
            return b".".join([signed, base64url_encode(code)])
        case Forgery.NOT_SIGNED:
            return payload
        case Forgery.OTHER_TOWN:
            return seal(forged_alert(number, "elsewhere"), genuine)


def corrupt(manner: Corruption, token: bytes, number: int) -> bytes:
    """Return a genuine token with something changed in it."""
    chance = Random(number)  # noqa: S311 - repeatable on purpose
    header, payload, signature = token.split(b".")
    match manner:
        case Corruption.PAYLOAD:
            fields = json.loads(jwt.utils.base64url_decode(payload))
            name = Key(forged_identifier_of(number), _HIGH_REVISION)
            fields |= {"revision": _HIGH_REVISION, "message_type": "Update", "references": ["x"]}
            fields |= {"headline": headline_for(name), "body": body_of(name)}
            return b".".join([header, base64url_encode(json.dumps(fields).encode()), signature])
        case Corruption.SIGNATURE:
            place = chance.randrange(len(signature))
            other = b"A" if signature[place : place + 1] != b"A" else b"B"
            return b".".join([header, payload, signature[:place] + other + signature[place + 1 :]])
        case Corruption.HEADER:
            return b".".join([base64url_encode(b'{"alg":"EdDSA","typ":"kokuchi.Alert.v1"}'), payload, signature])
        case Corruption.TRUNCATED:
            return token[: chance.randrange(len(token))]


def garbage(number: int) -> bytes:
    """Return bytes that mean nothing."""
    chance = Random(number)  # noqa: S311 - repeatable on purpose
    return chance.choice((b"", b"{}", b"\x00" * 50, b"[" * 20000, b"a.b.c", chance.randbytes(chance.randrange(20000))))


def _header(algorithm: str, key: SigningKey) -> bytes:
    return base64url_encode(json.dumps({"alg": algorithm, "kid": key.kid, "typ": _KIND}).encode())
