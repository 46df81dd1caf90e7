"""The contract on the wire: pure functions between bytes and models, or a WireError.

See docs/protocol.md for the contract in words and tests/wire/golden/v1/ for its messages, which are never edited.
"""

from kokuchi.wire.alert import (
    Alert,
    Category,
    Contact,
    Furigana,
    Level,
    MessageType,
    Reading,
    Ruby,
    Severity,
    Status,
    Translation,
)
from kokuchi.wire.audience import Audience, AudienceKind, Membership
from kokuchi.wire.codec import (
    MAXIMUM_BYTES,
    decode_delivery,
    decode_presence,
    decode_request,
    decode_sync_request,
    encode,
    open_alert,
    open_dictionary,
    open_settings,
    open_sync_reply,
    seal,
)
from kokuchi.wire.delivery import NO_VOICE, DeliveryReport, Outcome, Silence
from kokuchi.wire.dictionary import Dictionary, Entry
from kokuchi.wire.errors import Refusal, WireError
from kokuchi.wire.presence import Clock, Presence, Speaker
from kokuchi.wire.request import CallbackRequest, RequestState
from kokuchi.wire.settings import TerminalSettings
from kokuchi.wire.signature import KeyRing, SigningKey
from kokuchi.wire.sync import Recorded, SyncReply, SyncRequest
from kokuchi.wire.topics import Topics

__all__ = [
    "MAXIMUM_BYTES",
    "NO_VOICE",
    "Alert",
    "Audience",
    "AudienceKind",
    "CallbackRequest",
    "Category",
    "Clock",
    "Contact",
    "DeliveryReport",
    "Dictionary",
    "Entry",
    "Furigana",
    "KeyRing",
    "Level",
    "Membership",
    "MessageType",
    "Outcome",
    "Presence",
    "Reading",
    "Recorded",
    "Refusal",
    "RequestState",
    "Ruby",
    "Severity",
    "SigningKey",
    "Silence",
    "Speaker",
    "Status",
    "SyncReply",
    "SyncRequest",
    "TerminalSettings",
    "Topics",
    "Translation",
    "WireError",
    "decode_delivery",
    "decode_presence",
    "decode_request",
    "decode_sync_request",
    "encode",
    "open_alert",
    "open_dictionary",
    "open_settings",
    "open_sync_reply",
    "seal",
]
