import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kokuchi.wire import (
    Alert,
    KeyRing,
    Refusal,
    SigningKey,
    WireError,
    encode,
    open_alert,
    open_sync_reply,
    seal,
)
from kokuchi.wire.signature import KeyFileError

from . import golden_messages as golden
from . import strategies

KEY = golden.TEST_KEY
RING = KeyRing.of(KEY.private.public_key())
TOWN = golden.TOWN
SEALED = seal(golden.ALERT_COMPLETE, KEY)
HEADER = {"alg": "EdDSA", "kid": KEY.kid, "typ": "kokuchi.Alert.v1"}


def base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signing_input(header: object, payload: bytes = encode(golden.ALERT)) -> bytes:
    return base64url(json.dumps(header).encode()) + b"." + base64url(payload)


def signed_with(header: object) -> bytes:
    """An alert under any header, with a true signature of the centre."""
    message = signing_input(header)
    return message + b"." + base64url(KEY.private.sign(message))


def refusal_of(token: bytes, ring: KeyRing = RING, town: str = TOWN) -> Refusal:
    with pytest.raises(WireError) as caught:
        open_alert(token, ring, town)
    return caught.value.refusal


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A sealed alert with up to three bytes flipped, inserted or deleted."""
    token = bytearray(SEALED)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(token) - 1) | st.integers(len(token) - 4, len(token) - 1))
        byte = draw(st.integers(0, 255) | st.sampled_from(b"AQgw_-=.\n "))
        match draw(st.sampled_from(["flip", "insert", "append", "delete"])):
            case "flip":
                token[place] = byte
            case "insert":
                token.insert(place, byte)
            case "append":
                token.append(byte)
            case "delete":
                del token[place]
    return bytes(token)


class TestAlteredMessages:
    @given(mutations().filter(lambda token: token != SEALED))
    @example(SEALED + b"==")
    @example(SEALED + b"=")
    @example(SEALED + b"\n")
    @example(b" " + SEALED)
    @example(SEALED[:-1])
    @example(SEALED + b"." + SEALED)
    @example(SEALED.rpartition(b".")[0] + b".")
    def test_an_altered_message_is_refused(self, token: bytes) -> None:
        assert refusal_of(token) in {Refusal.UNSIGNED, Refusal.UNKNOWN_KEY, Refusal.UNKNOWN_VERSION, Refusal.ALTERED}

    def test_the_signature_has_one_spelling_only(self) -> None:
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for last in set(alphabet) - {SEALED[-1]}:
            assert refusal_of(SEALED[:-1] + bytes([last])) in {Refusal.UNSIGNED, Refusal.ALTERED}

    @given(strategies.alerts(TOWN))
    def test_a_payload_under_the_signature_of_another_is_altered(self, alert: Alert) -> None:
        header, _, signature = SEALED.split(b".")
        assert refusal_of(b".".join([header, base64url(encode(alert)), signature])) is Refusal.ALTERED


class TestForgedHeaders:
    def test_the_header_that_the_other_tests_change_is_a_good_one(self) -> None:
        assert open_alert(signed_with(HEADER), RING, TOWN) == golden.ALERT

    def test_plain_json_is_unsigned(self) -> None:
        assert refusal_of(encode(golden.ALERT)) is Refusal.UNSIGNED

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None])
    @pytest.mark.parametrize("signature", [b"", base64url(b"x" * 64)])
    def test_the_algorithm_none_is_unsigned(self, algorithm: str | None, signature: bytes) -> None:
        assert refusal_of(signing_input(HEADER | {"alg": algorithm}) + b"." + signature) is Refusal.UNSIGNED

    @pytest.mark.parametrize("secret", [KEY.public_pem(), KEY.private.public_key().public_bytes_raw()])
    def test_the_public_key_as_a_shared_secret_is_unsigned(self, secret: bytes) -> None:
        message = signing_input(HEADER | {"alg": "HS256"})
        token = message + b"." + base64url(hmac.new(secret, message, hashlib.sha256).digest())
        assert refusal_of(token) is Refusal.UNSIGNED

    @pytest.mark.parametrize("typ", ["JWT", "kokuchi.SyncReply.v1", "kokuchi.Alert", "", None, 1, []])
    def test_another_typ_is_unsigned(self, typ: object) -> None:
        assert refusal_of(signed_with(HEADER | {"typ": typ})) is Refusal.UNSIGNED

    @pytest.mark.parametrize("typ", ["kokuchi.Alert.v2", "kokuchi.Alert.v11"])
    def test_the_typ_of_another_major_version_is_refused_by_name(self, typ: str) -> None:
        with pytest.raises(WireError, match=rf"{typ}.*kokuchi\.Alert\.v1") as caught:
            open_alert(signed_with(HEADER | {"typ": typ}), RING, TOWN)
        assert caught.value.refusal is Refusal.UNKNOWN_VERSION

    def test_an_unknown_kid_is_an_unknown_key(self) -> None:
        assert refusal_of(signed_with(HEADER | {"kid": "0" * 16})) is Refusal.UNKNOWN_KEY

    def test_no_kid_is_an_unknown_key(self) -> None:
        assert refusal_of(signed_with({"alg": "EdDSA", "typ": HEADER["typ"]})) is Refusal.UNKNOWN_KEY

    @pytest.mark.parametrize("kid", [None, 1, [], {}])
    def test_a_kid_that_is_no_text_is_refused(self, kid: object) -> None:
        assert refusal_of(signed_with(HEADER | {"kid": kid})) in {Refusal.UNSIGNED, Refusal.UNKNOWN_KEY}

    def test_the_kid_of_another_key_of_the_ring_is_altered(self) -> None:
        other = SigningKey.generate().private.public_key()
        ring = KeyRing.of(KEY.private.public_key(), other)
        (other_kid,) = set(ring.keys) - {KEY.kid}
        assert refusal_of(signed_with(HEADER | {"kid": other_kid}), ring) is Refusal.ALTERED

    @given(strategies.json_values())
    def test_any_json_as_a_header_is_refused(self, header: object) -> None:
        assert refusal_of(signed_with(header)) is Refusal.UNSIGNED

    @pytest.mark.parametrize("depth", [900, 950, 980, 1000, 10_000])
    def test_a_deeply_nested_header_is_refused(self, depth: int) -> None:
        header = json.dumps(HEADER)[:-1].encode() + b',"extra":' + b"[" * depth + b"]" * depth + b"}"
        token = base64url(header) + b".e30." + base64url(b"x" * 64)
        assert refusal_of(token) in {Refusal.UNSIGNED, Refusal.ALTERED}


class TestKinds:
    def test_a_sync_reply_cannot_pass_for_an_alert(self) -> None:
        assert refusal_of(seal(golden.SYNC_REPLY, KEY)) is Refusal.UNSIGNED

    def test_an_alert_cannot_pass_for_a_sync_reply(self) -> None:
        with pytest.raises(WireError) as caught:
            open_sync_reply(SEALED, RING, TOWN)
        assert caught.value.refusal is Refusal.UNSIGNED

    def test_a_message_for_another_town_is_refused(self) -> None:
        assert refusal_of(SEALED, town="otherville") is Refusal.FOREIGN_TOWN
        with pytest.raises(WireError) as caught:
            open_sync_reply(seal(golden.SYNC_REPLY, KEY), RING, "otherville")
        assert caught.value.refusal is Refusal.FOREIGN_TOWN


class TestKeys:
    @given(strategies.signing_keys(), strategies.signing_keys())
    def test_a_ring_takes_messages_of_each_of_its_keys(self, old: SigningKey, new: SigningKey) -> None:
        ring = KeyRing.of(old.private.public_key(), new.private.public_key())
        for key in (old, new):
            assert open_alert(seal(golden.ALERT, key), ring, TOWN) == golden.ALERT

    def test_a_key_taken_from_the_ring_is_unknown(self) -> None:
        new = SigningKey.generate()
        assert refusal_of(SEALED, KeyRing.of(new.private.public_key())) is Refusal.UNKNOWN_KEY

    def test_an_empty_ring_trusts_nobody(self) -> None:
        assert refusal_of(SEALED, KeyRing.of()) is Refusal.UNKNOWN_KEY

    def test_keys_survive_their_files(self, tmp_path: Path) -> None:
        private, public = tmp_path / "private.pem", tmp_path / "public.pem"
        private.write_bytes(KEY.to_pem())
        public.write_bytes(KEY.public_pem())
        assert seal(golden.ALERT_COMPLETE, SigningKey.load(private)) == SEALED
        assert KeyRing.load([public]) == RING

    @pytest.mark.parametrize("content", [None, b"", b"no key", golden.TEST_KEY.public_pem()])
    def test_a_bad_private_key_file_is_named(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "private.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(KeyFileError, match=r"private\.pem"):
            SigningKey.load(path)

    @pytest.mark.parametrize("content", [None, b"", b"no key", golden.TEST_KEY.to_pem()])
    def test_a_bad_public_key_file_is_named(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "public.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(KeyFileError, match=r"public\.pem"):
            KeyRing.load([path])
