from datetime import UTC, datetime, timedelta
from typing import Any

from kokuchi.wire import Alert, Audience, AudienceKind, Contact, Level, MessageType, Severity

SENT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SEVERITIES = {Level.EMERGENCY: Severity.EXTREME, Level.IMPORTANT: Severity.SEVERE, Level.NOTICE: Severity.MINOR}

HEADLINE = "還付金詐欺に注意してください"
BODY = "本日、町内で、役場の職員を名乗る不審な電話が相次いでいます。ATMの操作を求める電話は詐欺です。"
CONTACT = Contact(name="月形町役場総務課", telephone="0126-53-2321")


def alert_of(level: Level = Level.NOTICE, **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "town": "tsukigata",
        "identifier": "voice-1",
        "sent": SENT,
        "expires": SENT + timedelta(hours=6),
        "category": "scam",
        "event": "還付金詐欺",
        "severity": SEVERITIES[level],
        "audience": Audience(kind=AudienceKind.ALL),
        "sender_name": "月形町",
        "headline": HEADLINE,
        "body": BODY,
    }
    return Alert(**fields | changes)


def later_revision(message_type: MessageType, level: Level = Level.NOTICE, **changes: Any) -> Alert:
    return alert_of(level, message_type=message_type, revision=2, references=("tsukigata,voice-1,2026",), **changes)
