"""A small town for the tests of the pages."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadcaster.domain.audience import Terminal, recipients
from broadcaster.domain.dictionary import Broken, Sentence
from broadcaster.domain.draft import Draft, compose
from broadcaster.domain.roles import Role
from broadcaster.domain.town import Category, Language, Place, Town, Wording
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.provisioning.reload import BrokerUntold
from kokuchi.enrolment import Grant, GrantedBroker, GrantedTown
from kokuchi.voice import EngineError
from kokuchi.voice.dictionary import katakana
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import (
    Alert,
    Audience,
    AudienceKind,
    Contact,
    DeliveryReport,
    Dictionary,
    Furigana,
    Presence,
    Ruby,
    Severity,
    SigningKey,
    Topics,
)

_PUBLIC_KEY = SigningKey.generate().public_pem().decode()
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
EVERYONE = Audience(kind=AudienceKind.ALL)
DESK = Contact(name="月形町役場 産業課", telephone="0126-53-2321")

CATEGORIES = tuple(
    Category(
        id=identifier,
        name=name,
        severity=severity,
        headline=f"〔{name}〕",
        body="〔いつ〕、〔どこ〕で。",
        translations={"vi": Wording(headline="Thông báo", body="Lúc 〔いつ〕, tại 〔どこ〕.")},
    )
    for identifier, name, severity in [
        ("scam", "詐欺事案情報", Severity.SEVERE),
        ("consumer_harm", "消費者被害情報", Severity.SEVERE),
        ("suspicious_person", "不審者情報", Severity.EXTREME),
        ("prefecture_notice", "道からの注意喚起情報", Severity.MODERATE),
        ("awareness_event", "消費者啓発開催情報", Severity.MINOR),
    ]
)
TOWN = Town(
    id="tsukigata",
    name="月形町",
    kana="ツキガタチョウ",
    office="月形町役場",
    desk=DESK,
    areas=(Place(id="kita", name="北地区"), Place(id="minami", name="南地区")),
    groups=(Place(id="elderly", name="高齢者のみの世帯"),),
    languages=tuple(Language(code=language.code, name=language.japanese) for language in LANGUAGES.values()),
    categories=CATEGORIES,
)
ROSTER = (
    Terminal("t-1", "佐藤 一郎", "household", "kita", frozenset({"elderly"})),
    Terminal("t-2", "鈴木 ハナ", "household", "kita"),
    Terminal("t-3", "高橋 商店", "business", "minami"),
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakeVoice:
    """Says everything in the same kana, unless it is broken or slow. `asked` is how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False
        self.seconds = 0.0
        self.rendered: list[Alert] = []

    async def readings(self, *texts: str) -> list[str]:
        self._check()
        await asyncio.sleep(self.seconds)
        return [f"カナ{len(text)}" for text in texts]

    async def furigana(self, headline: str, body: str) -> Furigana:
        self._check()
        await asyncio.sleep(self.seconds)
        return (
            Furigana(headline=(Ruby(start=0, end=min(2, len(headline)), kana="かな"),))
            if headline and body
            else Furigana()
        )

    async def render(self, alert: Alert, language: str = "") -> bytes:
        self._check()
        self.rendered.append(alert)
        return b"RIFF" + language.encode() + alert.headline.encode()

    def _check(self) -> None:
        self.asked += 1
        if self.broken:
            raise EngineError("no voice")


class FakeTrial:
    """Reads by the dictionary's words, the longest first, and other kana as it is; it knows no other kanji."""

    def __init__(self) -> None:
        self.broken_down = False

    async def kana(self, dictionary: Dictionary, text: str) -> str:
        if self.broken_down:
            raise EngineError("no voice")
        return read(dictionary, text)

    async def sound(self, dictionary: Dictionary, text: str) -> bytes:
        return b"RIFF" + (await self.kana(dictionary, text)).encode()

    async def broken(
        self, present: Dictionary, candidate: Dictionary, wanted: Sequence[Sentence]
    ) -> tuple[Broken, ...]:
        found = []
        for sentence in wanted:
            now, then = await self.kana(present, sentence.text), await self.kana(candidate, sentence.text)
            if now == sentence.kana != then:
                found.append(Broken(sentence.text, now, then))
        return tuple(found)


class FakeBroker:
    """Takes new passwords, unless nobody can tell it."""

    def __init__(self) -> None:
        self.fault = ""
        self.told = 0

    def renew(self) -> None:
        if self.fault:
            raise BrokerUntold(self.fault)
        self.told += 1


def grant(terminal: Terminal, password: str, reached_at: str) -> Grant:
    return Grant(
        terminal=terminal.id,
        areas=(terminal.area,),
        groups=tuple(sorted(terminal.groups)),
        town=GrantedTown(id=TOWN.id, name=TOWN.name, kana=TOWN.kana, names=TOWN.names, time_zone=TOWN.time_zone.key),
        broker=GrantedBroker(host=reached_at, port=1883, password=password),
        public_keys=(_PUBLIC_KEY,),
    )


def read(dictionary: Dictionary, text: str) -> str:
    for entry in sorted(dictionary.entries, key=lambda entry: -len(entry.word)):
        text = text.replace(entry.word, entry.reading)
    return "".join(character for character in katakana(text) if "ァ" <= character <= "ー" or character == "。")


def make_ledger(path: Path) -> None:
    """Make a ledger with accounts and terminals."""
    ledger = Ledger(path)
    for account in [
        Account("hanako", "田中 花子", Role.AUTHOR),
        Account("ops", "運用 太郎", Role.OPERATOR),
        Account("<b>kanri</b>", "<i>管理</i>", Role.ADMINISTRATOR),
        Account("buchou", "部長 一郎", Role.APPROVER),
    ]:
        ledger.accounts.add(account, PASSWORD)
    ledger.terminals.add((terminal, "hash") for terminal in ROSTER)
    ledger.untold.told(ledger.untold.newest())
    ledger.broker.record(True, "", NOW)
    ledger.close()


def accept(
    ledger: Ledger, *, headline: str = "不審な電話に注意", body: str = "本文です。", audience: Audience = EVERYONE
) -> Alert:
    """Accept an alert as if it had been sent from the pages, and publish it."""
    alert = compose(Draft("scam", headline, body, audience), TOWN, ROSTER, NOW)
    reached = [terminal.id for terminal in recipients(audience, ROSTER)]
    ledger.alerts.accept(alert, Topics(TOWN.id).of_audience(audience), reached, "hanako")
    publish(ledger)
    return alert


def publish(ledger: Ledger) -> None:
    """Do what dispatch does with a broker that takes everything."""
    ledger.outbox.settle([(publication, None) for publication in ledger.outbox.due(NOW)], NOW)


def report(alert: Alert, terminal: str, **stages: object) -> DeliveryReport:
    """Return a terminal's report."""
    return DeliveryReport.model_validate(
        {"terminal": terminal, "alert": alert.identifier, "revision": alert.revision, "sent": NOW, **stages}
    )


def presence(terminal: str, *, online: bool = True, **more: object) -> Presence:
    """Return what a terminal says of itself."""
    return Presence.model_validate({"terminal": terminal, "sent": NOW, "online": online, **more})
