"""Between bytes and models. Whatever the bytes are, the result is a model or a WireError."""

import json
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from kokuchi.wire.alert import Alert
from kokuchi.wire.delivery import DeliveryReport
from kokuchi.wire.dictionary import Dictionary
from kokuchi.wire.errors import Refusal, WireError
from kokuchi.wire.fields import MAJOR, Message
from kokuchi.wire.presence import Presence
from kokuchi.wire.request import CallbackRequest
from kokuchi.wire.settings import MAXIMUM_LEAP, TerminalSettings
from kokuchi.wire.signature import KeyRing, SigningKey
from kokuchi.wire.sync import SyncReply, SyncRequest
from kokuchi.wire.trust import check_succession

MAXIMUM_BYTES = 512 * 1024
"""No message is larger; a sync reply with many alerts is the largest. Mosquitto is configured with the same limit."""

_M = TypeVar("_M", bound=Message)


def encode(message: Message) -> bytes:
    """Return a message as compact JSON in UTF-8, without the fields that say nothing."""
    return message.model_dump_json(exclude_none=True).encode()


def seal(message: Alert | Dictionary | SyncReply | TerminalSettings, key: SigningKey) -> bytes:
    """Return a message of the centre as a compact JWS."""
    return key.sign(encode(message), _kind(type(message)))


def open_alert(token: bytes, keys: KeyRing, town: str) -> Alert:
    """Return the alert in a compact JWS that one of the keys signed for this town, or raise WireError.

    Whether it is still valid, new and for this terminal is for the caller to judge: it needs a clock and a memory.
    """
    return _of_town(_open(token, keys, Alert), town)


def open_dictionary(token: bytes, keys: KeyRing, town: str) -> Dictionary:
    """Return the dictionary in a compact JWS that one of the keys signed for this town, or raise WireError."""
    return _of_town(_open(token, keys, Dictionary), town)


def open_settings(token: bytes, keys: KeyRing, town: str, held: int = 0) -> TerminalSettings:
    """Return the settings in a compact JWS that one of the keys signed for this town, or raise WireError.

    `held` is the revision that stands. A later one is refused, too, if it leaps, or if the key that signed it may not
    make the trusted keys what it says; one that is not later is for nobody to take.
    """
    settings = _of_town(_open(token, keys, TerminalSettings), town)
    if settings.revision > held + MAXIMUM_LEAP:
        raise WireError(Refusal.INVALID, f"revision: {settings.revision} leaps from {held}: nothing could follow it")
    if settings.revision > held:
        check_succession(keys.kids, keys.signer(token, _kind(TerminalSettings)), settings.keys.kids)
    return settings


def open_sync_reply(token: bytes, keys: KeyRing, town: str) -> SyncReply:
    """Return the sync reply in a compact JWS that one of the keys signed for this town, or raise WireError."""
    return _of_town(_open(token, keys, SyncReply), town)


def decode_delivery(payload: bytes) -> DeliveryReport:
    """Return a terminal's delivery report, or raise WireError."""
    return _decode(payload, DeliveryReport)


def decode_presence(payload: bytes) -> Presence:
    """Return what a terminal says of itself, or raise WireError."""
    return _decode(payload, Presence)


def decode_request(payload: bytes) -> CallbackRequest:
    """Return a household's wish to be called back, or raise WireError."""
    return _decode(payload, CallbackRequest)


def decode_sync_request(payload: bytes) -> SyncRequest:
    """Return what a terminal holds, or raise WireError."""
    return _decode(payload, SyncRequest)


_Signed = TypeVar("_Signed", Alert, Dictionary, SyncReply, TerminalSettings)


def _of_town(message: _Signed, town: str) -> _Signed:
    if message.town != town:
        raise WireError(Refusal.FOREIGN_TOWN, f"the message is for the town {message.town!r}, not for {town!r}")
    return message


def _kind(model: type[Message]) -> str:
    return f"kokuchi.{model.__name__}.v{MAJOR}"


def _open(token: bytes, keys: KeyRing, model: type[_M]) -> _M:
    _check_size(token)
    return _decode(keys.verify(token, _kind(model)), model)


def _check_size(data: bytes) -> None:
    if len(data) > MAXIMUM_BYTES:
        raise WireError(Refusal.TOO_LARGE, f"the message has {len(data)} bytes, more than {MAXIMUM_BYTES}")


def _parse(payload: bytes) -> object:
    try:
        return from_json(payload)
    except ValueError:
        # The fast parser knows neither deep nesting nor halves of surrogate pairs, and why it refuses is for the other.
        pass
    try:
        return json.loads(payload.decode())
    except (ValueError, RecursionError) as error:
        raise WireError(Refusal.MALFORMED, "the message is not JSON in UTF-8") from error


def _decode(payload: bytes, model: type[_M]) -> _M:
    _check_size(payload)
    fields = _parse(payload)
    if not isinstance(fields, dict):
        raise WireError(Refusal.MALFORMED, "the message is not a JSON object")
    version = fields.get("version")
    if version != MAJOR or isinstance(version, bool):
        raise WireError(
            Refusal.UNKNOWN_VERSION, f"the message has version {version!r:.40}; this software speaks version {MAJOR}"
        )
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or model.__name__
        raise WireError(Refusal.INVALID, f"{place}: {first['msg']}") from error
