import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kokuchi.wire import (
    MAXIMUM_BYTES,
    Alert,
    CallbackRequest,
    DeliveryReport,
    Dictionary,
    KeyRing,
    Level,
    Presence,
    Refusal,
    Severity,
    SigningKey,
    SyncReply,
    SyncRequest,
    TerminalSettings,
    WireError,
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
from kokuchi.wire.fields import Message

from . import golden_messages as golden
from . import strategies

KEY = SigningKey.generate()
RING = KeyRing.of(KEY.private.public_key())
TOWN = strategies.TOWN


def signed(payload: bytes, model: type[Message]) -> bytes:
    """Any payload, signed as if it were a message: the signature is right, the content need not be."""
    return KEY.sign(payload, f"kokuchi.{model.__name__}.v1")


def read_alert(payload: bytes) -> Alert:
    return open_alert(signed(payload, Alert), RING, TOWN)


def read_sync_reply(payload: bytes) -> SyncReply:
    return open_sync_reply(signed(payload, SyncReply), RING, TOWN)


def read_dictionary(payload: bytes) -> Dictionary:
    return open_dictionary(signed(payload, Dictionary), RING, TOWN)


def read_settings(payload: bytes) -> TerminalSettings:
    return open_settings(signed(payload, TerminalSettings), RING, TOWN)


READERS: dict[type[Message], Callable[[bytes], Message]] = {
    Alert: read_alert,
    Dictionary: read_dictionary,
    SyncReply: read_sync_reply,
    TerminalSettings: read_settings,
    DeliveryReport: decode_delivery,
    CallbackRequest: decode_request,
    Presence: decode_presence,
    SyncRequest: decode_sync_request,
}
"""For each message, what reads its payload; the signed ones are signed on the way."""

VALID: dict[type[Message], dict[str, Any]] = {
    type(message): json.loads(encode(message))
    for message in (
        golden.ALERT_COMPLETE,
        golden.DICTIONARY,
        golden.SYNC_REPLY,
        golden.SETTINGS,
        golden.DELIVERY_FAILED,
        golden.CALLBACK_REQUEST,
        golden.PRESENCE_ONLINE,
        golden.SYNC_REQUEST,
    )
}
"""For each message, the fields of a valid one."""

each_message = pytest.mark.parametrize("model", READERS, ids=lambda model: model.__name__)


def is_a_model_or_a_wire_error(read: Callable[[bytes], Message], data: bytes) -> bool:
    try:
        message = read(data)
    except WireError as error:
        return bool(str(error).encode()) and isinstance(error.refusal, Refusal)
    return encode(message) != b""


def refusal_of(read: Callable[[bytes], Message], data: bytes) -> Refusal:
    with pytest.raises(WireError) as caught:
        read(data)
    return caught.value.refusal


class TestRoundTrip:
    @given(strategies.messages())
    def test_any_message_is_read_back_as_it_was_written(self, message: Message) -> None:
        assert READERS[type(message)](encode(message)) == message

    @given(strategies.alerts())
    def test_a_sealed_alert_opens_as_it_was(self, alert: Alert) -> None:
        assert open_alert(seal(alert, KEY), RING, TOWN) == alert

    @given(strategies.sync_replies())
    def test_a_sealed_sync_reply_opens_as_it_was(self, reply: SyncReply) -> None:
        assert open_sync_reply(seal(reply, KEY), RING, TOWN) == reply

    @given(st.datetimes(timezones=st.timezones()))
    @example(datetime(2026, 4, 1, 9, 30, 0, 999_999, tzinfo=UTC))
    def test_a_moment_in_any_time_zone_is_the_same_moment_cut_to_the_millisecond(self, moment: datetime) -> None:
        fields = VALID[Presence] | {"sent": moment.isoformat()}
        try:
            presence = decode_presence(json.dumps(fields).encode())
        except WireError as error:
            assert error.refusal is Refusal.INVALID  # noqa: PT017 - some offsets of old have seconds, which RFC 3339 lacks
        else:
            assert presence.sent.tzinfo is UTC
            assert timedelta(0) <= moment - presence.sent < timedelta(milliseconds=1)


class TestAnyBytes:
    @each_message
    @given(data=st.binary(max_size=300))
    def test_any_bytes_are_a_model_or_a_wire_error(self, model: type[Message], data: bytes) -> None:
        assert is_a_model_or_a_wire_error(READERS[model], data)

    @given(st.binary(max_size=300) | st.text("eyJhbGciOiJFZERTQSJ9._-", max_size=100).map(str.encode))
    def test_any_bytes_are_no_signed_message(self, data: bytes) -> None:
        for opener in (open_alert, open_sync_reply):
            assert refusal_of(lambda token, opener=opener: opener(token, RING, TOWN), data) is Refusal.UNSIGNED  # type: ignore[misc]

    @each_message
    @given(value=strategies.json_values())
    def test_any_json_is_a_model_or_a_wire_error(self, model: type[Message], value: object) -> None:
        assert is_a_model_or_a_wire_error(READERS[model], json.dumps(value).encode())

    @each_message
    @given(data=st.data())
    def test_a_valid_message_with_any_fields_replaced_is_a_model_or_a_wire_error(
        self, model: type[Message], data: st.DataObject
    ) -> None:
        replaced = data.draw(st.dictionaries(st.sampled_from(list(model.model_fields)), strategies.json_values()))
        assert is_a_model_or_a_wire_error(READERS[model], json.dumps(VALID[model] | replaced).encode())

    @each_message
    @given(data=st.data())
    def test_a_valid_message_with_bytes_changed_is_a_model_or_a_wire_error(
        self, model: type[Message], data: st.DataObject
    ) -> None:
        payload = bytearray(json.dumps(VALID[model], ensure_ascii=False).encode())
        for _ in range(data.draw(st.integers(1, 5))):
            payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
        assert is_a_model_or_a_wire_error(READERS[model], bytes(payload))

    @each_message
    @pytest.mark.parametrize("depth", [100, 300, *range(900, 1001, 4), 10_000, 60_000])
    def test_deep_nesting_is_a_model_or_a_wire_error(self, model: type[Message], depth: int) -> None:
        nested = "[" * depth + "]" * depth
        fields = json.dumps(VALID[model])
        for payload in (nested, f'{{"version":{nested}}}', f'{fields[:-1]},"extra":{nested}}}'):
            assert is_a_model_or_a_wire_error(READERS[model], payload.encode())

    @each_message
    @pytest.mark.parametrize(
        "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e300, float("nan"), 10**400]
    )
    def test_a_moment_outside_of_the_calendar_is_invalid(self, model: type[Message], moment: object) -> None:
        fields = VALID[model] | {"sent": moment}
        assert refusal_of(READERS[model], json.dumps(fields).encode()) is Refusal.INVALID

    @each_message
    def test_a_moment_without_an_offset_is_invalid(self, model: type[Message]) -> None:
        fields = VALID[model] | {"sent": "2026-04-01T00:30:00"}
        assert refusal_of(READERS[model], json.dumps(fields).encode()) is Refusal.INVALID

    @each_message
    @pytest.mark.parametrize("number", ["9" * 5000, "NaN", "Infinity", "1e999", "1.5", '"1.5"', "-1", "null", "[]"])
    def test_a_number_that_is_no_version_is_refused(self, model: type[Message], number: str) -> None:
        fields = json.dumps(VALID[model] | {"version": "HERE"}).replace('"HERE"', number)
        expected = Refusal.MALFORMED if len(number) > 1000 else Refusal.UNKNOWN_VERSION
        assert refusal_of(READERS[model], fields.encode()) is expected

    @pytest.mark.parametrize(
        "number", ["1.5", "NaN", "Infinity", "-1e999", "10001", "0", "-1", "null", "{}", "1" * 4000]
    )
    def test_a_number_that_is_no_revision_is_invalid(self, number: str) -> None:
        fields = json.dumps(VALID[DeliveryReport] | {"revision": "HERE"}).replace('"HERE"', number)
        assert refusal_of(decode_delivery, fields.encode()) is Refusal.INVALID

    @pytest.mark.parametrize("text", ["\ud800", "\udfff half", "a\x00b", "\x1b[2J", "\r\n", "\x7f", "\x85", "\x9b31m"])
    def test_text_with_control_characters_or_halves_of_surrogate_pairs_is_invalid(self, text: str) -> None:
        for model, field in ((Alert, "body"), (Presence, "software"), (DeliveryReport, "reason")):
            fields = VALID[model] | {field: text}
            assert refusal_of(READERS[model], json.dumps(fields).encode()) is Refusal.INVALID

    def test_a_token_in_a_sync_reply_with_half_of_a_surrogate_pair_is_invalid(self) -> None:
        fields = VALID[SyncReply] | {"alerts": ["\ud800"]}
        assert refusal_of(read_sync_reply, json.dumps(fields).encode()) is Refusal.INVALID

    @pytest.mark.parametrize("name", ["", "a b", "a,b", "a/b", "a+", "#", "a\n", "町", "-a", "a" * 65, "..", "a\x00"])
    def test_a_name_that_is_unsafe_in_a_topic_is_invalid(self, name: str) -> None:
        fields = VALID[Presence] | {"terminal": name}
        assert refusal_of(decode_presence, json.dumps(fields).encode()) is Refusal.INVALID

    @each_message
    def test_of_duplicated_keys_the_last_counts(self, model: type[Message]) -> None:
        fields = json.dumps(VALID[model])
        assert refusal_of(READERS[model], f'{fields[:-1]},"version":2}}'.encode()) is Refusal.UNKNOWN_VERSION
        assert READERS[model](f'{{"version":2,{fields[1:]}'.encode()) == READERS[model](fields.encode())

    @each_message
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "shift-jis"])
    def test_json_in_another_encoding_than_utf_8_is_malformed(self, model: type[Message], encoding: str) -> None:
        payload = json.dumps(VALID[model] | {"extra": "町"}, ensure_ascii=False).encode(encoding)
        assert refusal_of(READERS[model], payload) is Refusal.MALFORMED

    @each_message
    @pytest.mark.parametrize("payload", [b"", b"null", b"[]", b'"text"', b"1", b"{", b"\xff", b'{"version":1}{}'])
    def test_what_is_no_json_object_is_malformed(self, model: type[Message], payload: bytes) -> None:
        assert refusal_of(READERS[model], payload) is Refusal.MALFORMED

    @given(value=st.text('[]{}",:0129eE+-. \\\\untrfalsNIy\x00\x7f\ufeff', max_size=12).map(str.encode))
    @example(value=b"[" * 300 + b"]" * 300)
    @example(value=b"[" * 100_000 + b"]" * 100_000)
    @example(value=b'"\\ud800"')
    @example(value=b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": -0, "d": 0}')
    @example(value=b"1" * 4300)
    @example(value=b"1" * 4301)
    @example(value=b"1" * 5000 + b".5")
    @example(value=b'"\xff"')
    def test_the_fast_parser_takes_for_json_what_python_does(self, value: bytes) -> None:
        payload = b'{"later":' + value + b"," + encode(golden.DELIVERY_FAILED)[1:]
        try:
            json.loads(payload.decode())
        except (ValueError, RecursionError):
            assert refusal_of(decode_delivery, payload) is Refusal.MALFORMED
        else:
            assert decode_delivery(payload) == golden.DELIVERY_FAILED


class TestSize:
    @staticmethod
    def presence_of(size: int) -> bytes:
        return encode(golden.PRESENCE_ONLINE).ljust(size)

    def test_a_message_of_the_maximum_size_is_read(self) -> None:
        assert decode_presence(self.presence_of(MAXIMUM_BYTES)) == golden.PRESENCE_ONLINE

    def test_a_larger_message_is_refused(self) -> None:
        assert refusal_of(decode_presence, self.presence_of(MAXIMUM_BYTES + 1)) is Refusal.TOO_LARGE

    @each_message
    def test_a_large_message_is_refused_before_it_is_parsed(self, model: type[Message]) -> None:
        assert refusal_of(READERS[model], b"[" * (MAXIMUM_BYTES + 1)) is Refusal.TOO_LARGE

    def test_a_signed_message_is_measured_with_its_signature(self) -> None:
        token = signed(encode(golden.ALERT).ljust(MAXIMUM_BYTES * 3 // 4), Alert)
        assert refusal_of(lambda data: open_alert(data, RING, TOWN), token) is Refusal.TOO_LARGE


class TestVersions:
    @each_message
    @pytest.mark.parametrize("version", [0, 2, 17, "1", True, None, [], {}])
    def test_another_major_version_is_refused_by_name(self, model: type[Message], version: object) -> None:
        with pytest.raises(WireError, match=r"version .* speaks version 1") as caught:
            READERS[model](json.dumps(VALID[model] | {"version": version}).encode())
        assert caught.value.refusal is Refusal.UNKNOWN_VERSION

    @each_message
    def test_a_message_without_a_version_is_refused(self, model: type[Message]) -> None:
        fields = {name: value for name, value in VALID[model].items() if name != "version"}
        assert refusal_of(READERS[model], json.dumps(fields).encode()) is Refusal.UNKNOWN_VERSION

    @each_message
    @given(
        extra=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), strategies.json_values(), max_size=3)
    )
    def test_unknown_fields_are_ignored(self, model: type[Message], extra: dict[str, object]) -> None:
        known = VALID[model]
        extra = {name: value for name, value in extra.items() if name not in model.model_fields}
        assert READERS[model](json.dumps(extra | known).encode()) == READERS[model](json.dumps(known).encode())

    def test_unknown_fields_of_a_part_are_ignored(self) -> None:
        fields = VALID[Alert]
        later = fields | {"contact": fields["contact"] | {"fax": "000"}, "audience": fields["audience"] | {"radius": 5}}
        assert read_alert(json.dumps(later).encode()) == read_alert(json.dumps(fields).encode())


class TestAlertRules:
    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"expires": "2026-04-01T00:00:00Z"}, "later than sent"),
            ({"revision": 1}, "revision"),
            ({"message_type": "Alert"}, "revision"),
            ({"message_type": "Alert", "revision": 1}, "references"),
            ({"references": []}, "references"),
            ({"message_type": "Ack"}, "message_type"),
            ({"status": "System"}, "status"),
            ({"headline": "あ" * 61}, "headline"),
            ({"body": "あ" * 1001}, "body"),
            ({"body": ""}, "body"),
            ({"audience": {"kind": "all", "members": ["area-03"]}}, "members"),
            ({"audience": {"kind": "areas", "members": []}}, "members"),
            ({"audience": {"kind": "areas", "members": ["a"] * 2001}}, "members"),
            ({"contact": {"name": "役場", "telephone": "+81 3 0000"}}, "telephone"),
        ],
    )
    def test_an_inconsistent_alert_is_invalid(self, changes: dict[str, object], complaint: str) -> None:
        with pytest.raises(WireError, match=complaint) as caught:
            read_alert(json.dumps(VALID[Alert] | changes).encode())
        assert caught.value.refusal is Refusal.INVALID

    @pytest.mark.parametrize(
        ("severity", "level"),
        [
            (Severity.EXTREME, Level.EMERGENCY),
            (Severity.SEVERE, Level.IMPORTANT),
            (Severity.MODERATE, Level.NOTICE),
            (Severity.MINOR, Level.NOTICE),
            (Severity.UNKNOWN, Level.NOTICE),
        ],
    )
    def test_the_level_follows_from_the_severity(self, severity: Severity, level: Level) -> None:
        assert golden.ALERT.model_copy(update={"severity": severity}).level is level

    def test_a_more_urgent_level_has_the_smaller_rank(self) -> None:
        assert Level.EMERGENCY.rank < Level.IMPORTANT.rank < Level.NOTICE.rank

    @given(strategies.alerts())
    def test_an_alert_is_a_drill_unless_it_is_actual(self, alert: Alert) -> None:
        assert alert.is_drill == (alert.status.value in {"Exercise", "Test"})
