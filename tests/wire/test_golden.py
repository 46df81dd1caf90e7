import pytest

from kokuchi.wire import (
    Alert,
    CallbackRequest,
    DeliveryReport,
    Dictionary,
    KeyRing,
    MessageType,
    Presence,
    SyncReply,
    SyncRequest,
    TerminalSettings,
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

from . import golden_messages as golden

RING = KeyRing.load([golden.FOLDER / "TEST-KEY-not-a-secret.public.pem"])


@pytest.mark.parametrize("name", golden.SIGNED)
def test_a_signed_golden_message_opens_as_its_model(name: str) -> None:
    token = (golden.FOLDER / f"{name}.jws").read_bytes()
    message = golden.SIGNED[name]
    openers = {
        Alert: open_alert,
        Dictionary: open_dictionary,
        SyncReply: open_sync_reply,
        TerminalSettings: open_settings,
    }
    assert openers[type(message)](token, RING, golden.TOWN) == message


@pytest.mark.parametrize("name", golden.PLAIN)
def test_a_plain_golden_message_decodes_as_its_model(name: str) -> None:
    payload = (golden.FOLDER / f"{name}.json").read_bytes()
    match golden.PLAIN[name]:
        case DeliveryReport() as message:
            assert decode_delivery(payload) == message
        case Presence() as message:
            assert decode_presence(payload) == message
        case CallbackRequest() as message:
            assert decode_request(payload) == message
        case SyncRequest() as message:
            assert decode_sync_request(payload) == message


@pytest.mark.parametrize("name", golden.SIGNED)
def test_sealing_the_model_gives_the_golden_bytes(name: str) -> None:
    assert seal(golden.SIGNED[name], golden.TEST_KEY) == (golden.FOLDER / f"{name}.jws").read_bytes()


@pytest.mark.parametrize("name", [*golden.SIGNED, *golden.PLAIN])
def test_encoding_the_model_gives_the_golden_bytes(name: str) -> None:
    message = (golden.SIGNED | golden.PLAIN)[name]
    assert encode(message) == (golden.FOLDER / f"{name}.json").read_bytes()


def test_every_golden_file_has_a_model() -> None:
    on_disk = {path.name for path in golden.FOLDER.iterdir() if path.suffix in {".json", ".jws"}}
    assert on_disk == set(golden.files())


def test_there_is_a_golden_alert_of_each_message_type() -> None:
    alerts = [golden.ALERT, golden.ALERT_UPDATE, golden.ALERT_CANCEL]
    assert [alert.message_type for alert in alerts] == list(MessageType)


def test_two_golden_alerts_together_set_every_field() -> None:
    together = golden.ALERT_COMPLETE.model_fields_set | golden.ALERT_TRANSLATED.model_fields_set
    assert together == set(Alert.model_fields) - {"version"}


def test_an_alert_in_the_golden_sync_reply_opens_by_itself() -> None:
    (token,) = golden.SYNC_REPLY.alerts
    assert open_alert(token.encode(), RING, golden.TOWN) == golden.ALERT_UPDATE
