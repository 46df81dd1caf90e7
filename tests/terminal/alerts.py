"""Alerts for the terminal's tests."""

from datetime import UTC, datetime, timedelta

from kokuchi.wire import Alert, Audience, AudienceKind, Contact, MessageType, Severity, Status

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TOWN = "tsukigata"
SEVERITIES = {"emergency": Severity.EXTREME, "important": Severity.SEVERE, "notice": Severity.MINOR}


def alert(
    identifier: str = "a-1",
    *,
    level: str = "notice",
    sent: datetime = NOW,
    hours: float = 24,
    headline: str = "ためしの見出し",
    body: str = "ためしの本文です。",
    audience: Audience | None = None,
    drill: bool = False,
    category: str = "scam",
) -> Alert:
    """Return a valid alert."""
    return Alert(
        town=TOWN,
        identifier=identifier,
        sent=sent,
        expires=sent + timedelta(hours=hours),
        status=Status.EXERCISE if drill else Status.ACTUAL,
        category=category,
        event="詐欺事案情報",
        severity=SEVERITIES[level],
        audience=audience or Audience(kind=AudienceKind.ALL),
        sender_name="月形町役場",
        headline=headline,
        body=body,
        contact=Contact(name="月形町役場 産業課", telephone="188"),
    )


def later(earlier: Alert, message_type: MessageType, **changes: object) -> Alert:
    """Return the next revision of an alert."""
    return earlier.model_copy(
        update={
            "revision": earlier.revision + 1,
            "message_type": message_type,
            "references": (*earlier.references, earlier.reference),
            "sent": earlier.sent + timedelta(minutes=1),
            **changes,
        }
    )


def update(earlier: Alert, **changes: object) -> Alert:
    """Return a correction."""
    return later(earlier, MessageType.UPDATE, **changes)


def cancel(earlier: Alert) -> Alert:
    """Return a withdrawal."""
    return later(earlier, MessageType.CANCEL)
