"""A town of 1,500 terminals, served to a real browser."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.domain.audience import Terminal
from broadcaster.domain.draft import Draft, compose
from broadcaster.domain.roles import Role
from broadcaster.domain.town import Place
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from kokuchi.wire import Alert, DeliveryReport, Outcome, Silence, Topics
from tests.broadcaster.web.town import (
    EVERYONE,
    NOW,
    PASSWORD,
    TOWN,
    Clock,
    FakeBroker,
    FakeTrial,
    FakeVoice,
    grant,
    presence,
    publish,
    report,
)

TERMINALS = 1500
AREAS = tuple(Place(id=f"area-{number}", name=f"第{number}行政区") for number in range(1, 21))
LARGE_TOWN = TOWN.model_copy(update={"areas": AREAS})


def large_roster(count: int = TERMINALS) -> list[Terminal]:
    return [
        Terminal(
            f"t-{number:04}",
            f"世帯 {number:04}郎",
            "household",
            AREAS[number % len(AREAS)].id,
            frozenset({"elderly"} if number % 3 == 0 else ()),
        )
        for number in range(1, count + 1)
    ]


def what_came_back(alert: Alert, roster: list[Terminal], minutes: float) -> Iterator[DeliveryReport]:
    """What a town reports in the first minutes: most of it well, some of it late, some never."""
    now = alert.sent + timedelta(minutes=minutes)

    def stage(number: int, seconds: float) -> datetime | None:
        at = alert.sent + timedelta(seconds=seconds + number % 7)
        return at if at <= now else None

    for number, terminal in enumerate(roster):
        if number % 17 == 0:
            continue
        more: dict[str, object] = {}
        if number % 40 == 1:
            more = {"outcome": Outcome.VOICE_FAILED, "reason": "no such device"}
        elif number % 40 == 2:
            more = {"silence": Silence.HELD, "displayed_at": stage(number, 2)}
        else:
            more = {
                "displayed_at": stage(number, 2),
                "voice_started_at": stage(number, 4),
                "voiced_at": stage(number, 40),
                "confirmed_at": stage(number, 60 + 17 * (number % 100)) if number % 3 else None,
            }
        yield report(alert, terminal.id, received_at=stage(number, 1), **more)


def presences(roster: list[Terminal]) -> Iterator[object]:
    return (
        presence(terminal.id, online=number % 34 != 0) for number, terminal in enumerate(roster) if number % 51 != 0
    )


def make_app(ledger: Ledger, clock: Clock) -> FastAPI:
    voice = FakeVoice()
    return create_app(
        ledger=ledger,
        town=LARGE_TOWN,
        voice=voice,
        editor=Editor(ledger, FakeTrial(), [], TOWN.id, clock),
        enrolment=Enrolment(ledger, "s" * 32, grant, FakeBroker().renew, clock),
        sending=Sending(ledger, LARGE_TOWN, voice, clock),
        session_secret="s" * 32,
        secure_cookies=False,
        clock=clock,
    )


def fill(ledger: Ledger, count: int = TERMINALS) -> list[Terminal]:
    """Add the roster to a ledger that has none of it."""
    roster = large_roster(count)
    ledger.terminals.add((terminal, "hash") for terminal in roster)
    ledger.presences.record(presences(roster))  # type: ignore[arg-type]
    return roster


class LargeTown:
    """A ledger with a town, an alert that is half an hour old, and its pages."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger(path)
        self.ledger.accounts.add(Account("hanako", "田中 花子", Role.AUTHOR), PASSWORD)
        self.ledger.broker.record(True, "", NOW)
        self.roster = fill(self.ledger)
        self.clock = Clock()
        self.alert = self.send("不審な電話に注意")
        self.ledger.deliveries.record(what_came_back(self.alert, self.roster, 30))
        self.clock.move(minutes=30)
        self.app: FastAPI = make_app(self.ledger, self.clock)
        self.path = f"/alerts/{self.alert.identifier}"

    def send(self, headline: str) -> Alert:
        alert = compose(Draft("scam", headline, "本文です。" * 40, EVERYONE), LARGE_TOWN, self.roster, NOW)
        everybody = [terminal.id for terminal in self.roster]
        self.ledger.alerts.accept(alert, Topics(LARGE_TOWN.id).of_audience(EVERYONE), everybody, "hanako")
        publish(self.ledger)
        return alert
