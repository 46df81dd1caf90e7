"""A small town for the tests of the centre's rooms."""

from datetime import UTC, datetime, timedelta

from broadcaster.domain.audience import Terminal, recipients
from broadcaster.domain.town import Category, Language, Place, Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from kokuchi.wire import Alert, Audience, AudienceKind, Contact, DeliveryReport, MessageType, Presence, Severity, Topics

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
EVERYONE = Audience(kind=AudienceKind.ALL)
DESK = Contact(name="月形町役場 産業課", telephone="0126-53-2321")
POLICE = Contact(name="警察相談専用電話", telephone="#9110")

TOWN = Town(
    id="tsukigata",
    name="月形町",
    kana="ツキガタチョウ",
    office="月形町役場",
    desk=DESK,
    areas=(Place(id="kita", name="北地区"), Place(id="minami", name="南地区"), Place(id="mujin", name="無人地区")),
    groups=(Place(id="elderly", name="高齢者のみの世帯"), Place(id="nobody", name="だれもいない")),
    languages=(Language(code="vi", name="ベトナム語"), Language(code="en", name="英語")),
    categories=(
        Category(id="scam", name="詐欺事案情報", severity=Severity.SEVERE, valid_hours=48, contact=POLICE),
        Category(id="awareness_event", name="啓発・催し", severity=Severity.MINOR),
    ),
)
ROSTER = (
    Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"})),
    Terminal("t-2", "見本 太郎", "household", "kita"),
    Terminal("t-3", "みほん商店", "business", "minami"),
)
TOPICS = Topics(TOWN.id)


def areas(*members: str) -> Audience:
    return Audience(kind=AudienceKind.AREAS, members=members)


def groups(*members: str) -> Audience:
    return Audience(kind=AudienceKind.GROUPS, members=members)


def terminals(*members: str) -> Audience:
    return Audience(kind=AudienceKind.TERMINALS, members=members)


def alert(
    identifier: str = "a-1",
    revision: int = 1,
    *,
    audience: Audience = EVERYONE,
    sent: datetime = NOW,
    hours: float = 24,
    body: str = "本文です。",
) -> Alert:
    """An alert, or from revision 2 on its Update."""
    return Alert(
        town=TOWN.id,
        identifier=identifier,
        revision=revision,
        message_type=MessageType.ALERT if revision == 1 else MessageType.UPDATE,
        references=() if revision == 1 else (f"{TOWN.id},{identifier},{NOW.isoformat()}",),
        sent=sent,
        expires=sent + timedelta(hours=hours),
        category="scam",
        event="詐欺事案情報",
        severity=Severity.SEVERE,
        audience=audience,
        sender_name=TOWN.office,
        headline="不審な電話に注意",
        body=body,
    )


def accept(ledger: Ledger, given: Alert) -> Accepted:
    """Accept an alert for the roster as the pages do."""
    addressed = [terminal.id for terminal in recipients(given.audience, ROSTER)]
    return ledger.alerts.accept(given, TOPICS.of_audience(given.audience), addressed, "hanako")


def fill_roster(ledger: Ledger) -> None:
    ledger.terminals.add((terminal, f"hash of {terminal.id}") for terminal in ROSTER)


def report(terminal: str, alert: str = "a-1", revision: int = 1, **stages: object) -> DeliveryReport:
    return DeliveryReport.model_validate(
        {"terminal": terminal, "alert": alert, "revision": revision, "sent": NOW, **stages}
    )


def presence(terminal: str, *, online: bool = True, **more: object) -> Presence:
    return Presence.model_validate({"terminal": terminal, "sent": NOW, "online": online, **more})
