"""The models behind the golden messages; times are fixed and the key is a test key.

`python -m tests.wire.golden_messages` writes the files of messages that have none yet; it never changes a file.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kokuchi.wire import (
    Alert,
    Audience,
    AudienceKind,
    CallbackRequest,
    Clock,
    Contact,
    DeliveryReport,
    Dictionary,
    Entry,
    Furigana,
    MessageType,
    Outcome,
    Presence,
    Reading,
    Recorded,
    RequestState,
    Ruby,
    Severity,
    SigningKey,
    Silence,
    Speaker,
    Status,
    SyncReply,
    SyncRequest,
    TerminalSettings,
    Translation,
    encode,
    seal,
)
from kokuchi.wire.fields import Message

FOLDER = Path(__file__).parent / "golden" / "v1"
TEST_KEY = SigningKey.load(FOLDER / "TEST-KEY-not-a-secret.private.pem")
TEST_AUTHORITY = (FOLDER / "TEST-AUTHORITY-not-a-secret.pem").read_text()
TOWN = "testville"

_SENT = datetime(2026, 4, 1, 0, 30, 0, tzinfo=UTC)


def _after(**parts: float) -> datetime:
    return _SENT + timedelta(**parts)


ALERT = Alert(
    town=TOWN,
    identifier="20260401-0001",
    sent=_SENT,
    expires=_after(hours=12),
    category="scam",
    event="特殊詐欺",
    severity=Severity.SEVERE,
    audience=Audience(kind=AudienceKind.ALL),
    sender_name="テスト町役場",
    headline="役場職員をかたる電話に注意",
    body="本日、町内で、役場職員を名乗る不審な電話がありました。\n還付金の話は詐欺です。電話を切り、役場に相談してください。",
)

ALERT_COMPLETE = Alert(
    town=TOWN,
    identifier="20260401-0002",
    revision=2,
    sent=_after(minutes=40, milliseconds=125),
    expires=_after(hours=3),
    status=Status.EXERCISE,
    message_type=MessageType.UPDATE,
    references=(f"{TOWN},20260401-0002,2026-04-01T01:00:00.000+00:00",),
    category="suspicious_person",
    event="不審者",
    severity=Severity.EXTREME,
    audience=Audience(kind=AudienceKind.AREAS, members=("area-03", "area-11")),
    sender_name="テスト町役場",
    headline="不審者の情報",
    body="駅前で不審者が目撃されました。戸締まりをしてください。",
    contact=Contact(name="テスト町役場 総務課", telephone="000-000-0000"),
    reading=Reading(
        headline="フシンシャノ、ジョーホー",
        body="エキマエデ、フシンシャガ、モクゲキサレマシタ。トジマリヲ、シテクダサイ。",
        contact="テストチョーヤクバ、ソームカ",
    ),
)

ALERT_UPDATE = ALERT.model_copy(
    update={
        "revision": 2,
        "sent": _after(hours=1),
        "message_type": MessageType.UPDATE,
        "references": (ALERT.reference,),
        "body": "役場職員を名乗る不審な電話が、町内で5件になりました。電話を切り、役場に相談してください。",
    }
)

ALERT_CANCEL = ALERT.model_copy(
    update={
        "revision": 3,
        "sent": _after(hours=2),
        "message_type": MessageType.CANCEL,
        "references": (ALERT.reference, ALERT_UPDATE.reference),
        "headline": "お知らせの取り消し",
        "body": "役場職員をかたる電話のお知らせを取り消します。",
    }
)

ALERT_TRANSLATED = ALERT.model_copy(
    update={
        "identifier": "20260401-0003",
        "headline": "詐欺に注意",
        "body": "町内で不審な電話がありました。",
        "furigana": Furigana(
            headline=(Ruby(start=0, end=2, kana="さぎ"), Ruby(start=3, end=5, kana="ちゅうい")),
            body=(
                Ruby(start=0, end=2, kana="ちょうない"),
                Ruby(start=3, end=5, kana="ふしん"),
                Ruby(start=6, end=8, kana="でんわ"),
            ),
        ),
        "translations": (
            Translation(language="en", headline="Beware of fraud", body="A suspicious call was made in our town."),
        ),
    }
)

DICTIONARY = Dictionary(
    town=TOWN,
    revision=7,
    sent=_SENT,
    expires=_after(days=400),
    entries=(Entry(word="月形町", reading="ツキガタチョー", accent=5), Entry(word="札比内", reading="サッピナイ")),
)

DELIVERY_VOICED = DeliveryReport(
    terminal="terminal-0042",
    alert=ALERT.identifier,
    revision=1,
    sent=_after(minutes=5),
    received_at=_after(milliseconds=180),
    displayed_at=_after(milliseconds=420),
    voice_started_at=_after(seconds=2),
    voiced_at=_after(seconds=47),
    confirmed_at=_after(minutes=5),
)

DELIVERY_FAILED = DeliveryReport(
    terminal="terminal-0043",
    alert=ALERT.identifier,
    revision=1,
    sent=_after(seconds=3),
    received_at=_after(milliseconds=200),
    displayed_at=_after(milliseconds=450),
    voice_started_at=_after(seconds=2),
    outcome=Outcome.VOICE_FAILED,
    reason="no sound device",
)

PRESENCE_ONLINE = Presence(
    terminal="terminal-0042",
    sent=_after(minutes=6),
    online=True,
    software="0.1.0",
    started_at=_after(hours=-20),
    speaker=Speaker.WORKING,
    speaker_detail="plughw:0,0",
    screen_attached=True,
    disk_free_mib=20480,
    unheard=1,
    refused=1,
    last_refusal="unsigned: the message is not signed",
)

DELIVERY_BY_DICTIONARY = DELIVERY_VOICED.model_copy(update={"terminal": "terminal-0044", "dictionary": 7})

PRESENCE_WITH_DICTIONARY = PRESENCE_ONLINE.model_copy(
    update={"terminal": "terminal-0044", "software": "0.2.0", "dictionary": 7, "volume": 70}
)

DELIVERY_SUMMARISED = DeliveryReport(
    terminal="terminal-0045",
    alert=ALERT.identifier,
    revision=1,
    sent=_after(hours=9),
    received_at=_after(hours=8),
    displayed_at=_after(hours=8, milliseconds=240),
    silence=Silence.SUMMARISED,
)

PRESENCE_COMPLETE = PRESENCE_WITH_DICTIONARY.model_copy(
    update={
        "terminal": "terminal-0046",
        "software": "0.3.0",
        "clock": Clock.CENTRE,
        "clock_ahead_seconds": -2,
        "storage_fault": "disk I/O error",
        "language": "vi",
        "temperature_celsius": 51,
        "last_restart": "the voice did not answer for 60 s (2026-03-31T22:10:00.000+00:00)",
    }
)

CALLBACK_REQUEST = CallbackRequest(
    terminal="terminal-0042",
    identifier="request-51c0",
    sent=_after(minutes=7),
    asked_at=_after(minutes=6),
    withdrawn_at=_after(minutes=7),
    alert=ALERT.identifier,
    revision=1,
)

PRESENCE_LAST_WILL = Presence(terminal="terminal-0042", sent=_after(hours=-20), online=False)

SYNC_REQUEST = SyncRequest(
    terminal="terminal-0042", identifier="sync-7f3a", sent=_after(hours=1, minutes=1), held=(DELIVERY_VOICED,)
)

SYNC_REPLY = SyncReply(
    town=TOWN,
    terminal="terminal-0042",
    identifier="sync-7f3a",
    sent=_after(hours=1, minutes=1, seconds=1),
    expires=_after(hours=1, minutes=6, seconds=1),
    alerts=(seal(ALERT_UPDATE, TEST_KEY).decode(),),
    recorded=(Recorded(alert=ALERT.identifier, revision=1),),
)

SYNC_REQUEST_WITH_CALL = SyncRequest(
    terminal="terminal-0042", identifier="sync-7f3b", sent=_after(hours=2), requests=(CALLBACK_REQUEST,)
)

SYNC_REPLY_WITH_CALL = SyncReply(
    town=TOWN,
    terminal="terminal-0042",
    identifier="sync-7f3b",
    sent=_after(hours=2, seconds=1),
    expires=_after(hours=2, minutes=5, seconds=1),
    requests=(RequestState(identifier="request-51c0", withdrawn=True, done_at=_after(minutes=30)),),
)

SETTINGS = TerminalSettings(
    town=TOWN,
    terminal="terminal-0042",
    revision=3,
    sent=_SENT,
    expires=_after(days=400),
    areas=("area-03",),
    groups=("firefighters",),
    kinds={"scam": "特殊詐欺", "awareness_event": "啓発・催し"},
    names={"en": "Testville"},
    public_keys=((FOLDER / "TEST-KEY-not-a-secret.public.pem").read_text(),),
    authorities=(TEST_AUTHORITY,),
)

PRESENCE_WITH_SETTINGS = PRESENCE_COMPLETE.model_copy(
    update={"terminal": "terminal-0047", "software": "0.4.0", "settings": 3, "keys": (TEST_KEY.kid,)}
)

SIGNED: dict[str, Alert | Dictionary | SyncReply | TerminalSettings] = {
    "alert": ALERT,
    "alert_complete": ALERT_COMPLETE,
    "alert_update": ALERT_UPDATE,
    "alert_cancel": ALERT_CANCEL,
    "alert_translated": ALERT_TRANSLATED,
    "dictionary": DICTIONARY,
    "sync_reply": SYNC_REPLY,
    "sync_reply_with_call": SYNC_REPLY_WITH_CALL,
    "settings": SETTINGS,
}
"""What the centre signs: the payload is NAME.json, the whole message NAME.jws."""

PLAIN: dict[str, CallbackRequest | DeliveryReport | Presence | SyncRequest] = {
    "delivery_voiced": DELIVERY_VOICED,
    "delivery_by_dictionary": DELIVERY_BY_DICTIONARY,
    "delivery_failed": DELIVERY_FAILED,
    "delivery_summarised": DELIVERY_SUMMARISED,
    "callback_request": CALLBACK_REQUEST,
    "presence_online": PRESENCE_ONLINE,
    "presence_complete": PRESENCE_COMPLETE,
    "presence_with_dictionary": PRESENCE_WITH_DICTIONARY,
    "presence_last_will": PRESENCE_LAST_WILL,
    "presence_with_settings": PRESENCE_WITH_SETTINGS,
    "sync_request": SYNC_REQUEST,
    "sync_request_with_call": SYNC_REQUEST_WITH_CALL,
}
"""What a terminal says: NAME.json."""


def files() -> dict[str, bytes]:
    """Return each golden file's name with what today's code would write."""
    every: dict[str, Message] = {**SIGNED, **PLAIN}
    payloads = {f"{name}.json": encode(message) for name, message in every.items()}
    return payloads | {f"{name}.jws": seal(message, TEST_KEY) for name, message in SIGNED.items()}


def write_missing() -> None:
    """Write the files that do not exist yet."""
    for name, content in files().items():
        path = FOLDER / name
        if not path.exists():
            path.write_bytes(content)


if __name__ == "__main__":
    write_missing()
