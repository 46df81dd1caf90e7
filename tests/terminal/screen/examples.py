"""Alerts and cards as a household would get them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kokuchi.wire import Alert, Audience, AudienceKind, Contact, MessageType, Severity, Status
from terminal_client.view import Card

SENT = datetime(2026, 11, 24, 8, 35, tzinfo=UTC)

HEADLINE = "市役所職員をかたる不審な電話に注意してください"
BODY = (
    "本日午後5時ごろ、町内の複数の世帯に、役場の職員を名乗る不審な電話がありました。"
    "医療費が戻ると言って、ATMの操作を求めます。"
    "電話を切って、家族や役場に相談してください。"
)
CONTACT = Contact(name="月形町役場 産業課", telephone="0126-53-2321")

_LONG = (
    "本日午前10時ごろから正午にかけて、町内の市街地区と南地区で、役場の職員を名乗る男から不審な電話が相次ぎました。"
    "男は「医療費の払い戻しがあります。期限は今日までです」と言い、近くのスーパーのATMへ行くように求めます。"
    "役場や年金事務所が、電話でATMの操作をお願いすることは決してありません。"
    "このような電話があったら、すぐに電話を切り、ひとりで判断せず、ご家族か役場の産業課に相談してください。"
    "すでに口座の番号を教えてしまった方は、取引先の金融機関と岩見沢警察署に至急ご連絡ください。"
    "ご近所に一人暮らしの方がいらっしゃいましたら、このお知らせの内容を伝えていただくようお願いします。"
    "役場では、夜間も宿直の職員が電話をお受けします。"
)


def body_of(characters: int) -> str:
    """Return a body of exactly so many characters, made of sentences."""
    text = (_LONG * (characters // len(_LONG) + 1))[: characters - 1]
    return text + "。"


def alert_of(identifier: str = "scam-1", **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "town": "tsukigata",
        "identifier": identifier,
        "sent": SENT,
        "expires": SENT + timedelta(hours=24),
        "category": "scam",
        "event": "詐欺事案情報",
        "severity": Severity.SEVERE,
        "audience": Audience(kind=AudienceKind.ALL),
        "sender_name": "月形町役場",
        "headline": HEADLINE,
        "body": BODY,
        "contact": CONTACT,
    }
    return Alert(**fields | changes)


def revised(message_type: MessageType, **changes: Any) -> Alert:
    references = ("tsukigata,scam-1,2026-11-24T08:00:00.000+00:00",)
    return alert_of(message_type=message_type, revision=2, references=references, **changes)


DRILL = alert_of(status=Status.EXERCISE)


def recent_cards(now: datetime) -> tuple[Card, ...]:
    return (
        Card(alert_of("scam-9", sent=now - timedelta(minutes=30), expires=now + timedelta(days=1))),
        Card(
            alert_of(
                "event-8",
                category="awareness_event",
                event="消費者啓発開催情報",
                severity=Severity.MINOR,
                headline="消費生活講座のお知らせ",
                sent=now - timedelta(days=1),
                expires=now + timedelta(days=1),
            ),
            confirmed=True,
        ),
        Card(
            alert_of(
                "person-7",
                category="suspicious_person",
                event="不審者情報",
                headline="北地区で不審な人を見たという情報",
                sent=now - timedelta(days=4),
                expires=now + timedelta(days=1),
            ),
            withdrawn=True,
        ),
    )
