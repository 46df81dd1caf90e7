"""The demo with no one watching: an alert of each kind to three terminals, then what the ledger says of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from broadcaster.commands.context import print_table
from broadcaster.domain.delivery import Stage
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.deliveries import Line
from demo.places import TERMINALS, Places
from demo.preparation import USERS
from demo.processes import DemoError, Processes
from demo.staff import Staff, confirm
from kokuchi.wire.fields import iso

MESSAGES = (
    (
        "scam",
        "市役所職員をかたる不審な電話に注意",
        "本日午前10時ごろ、町内で市役所の職員を名乗る不審な電話がありました。"
        "電話を切って、家族や役場に相談してください。",
    ),
    (
        "consumer_harm",
        "屋根の点検を口実にした訪問販売に注意",
        "今週、町内で屋根の無料点検を口実に契約をせまる訪問販売がありました。その場で契約しないでください。",
    ),
    (
        "suspicious_person",
        "北地区で不審な人を見たという情報",
        "本日午後3時ごろ、北地区で住宅をのぞき込む人を見たという情報がありました。戸じまりを確かめてください。",
    ),
    (
        "prefecture_notice",
        "北海道からのお知らせ",
        "北海道から、電話でお金を求める詐欺について注意の呼びかけがありました。",
    ),
    (
        "awareness_event",
        "消費生活講座のお知らせ",
        "11月30日月曜日の14:00から、多目的研修センターで消費生活講座を開きます。参加は無料です。",
    ),
)

VOICED_SECONDS = 120.0
REPORTED_SECONDS = 30.0


@dataclass(frozen=True)
class Result:
    """What the ledger says at the end."""

    sent: list[tuple[Accepted, list[Line]]]

    @property
    def is_complete(self) -> bool:
        """Whether every stage of every delivery is in the ledger."""
        return len(self.sent) == len(MESSAGES) and all(
            len(lines) == len(TERMINALS) and all(line.delivery.is_complete for line in lines) for _, lines in self.sent
        )


def send_each_kind(places: Places, processes: Processes, ledger: Ledger) -> Result:
    """Send an alert of each kind, one after the other, and confirm each once it was voiced; raises DemoError."""
    for terminal in TERMINALS:
        processes.wait_for(f"the screen of {terminal}", _screen_is_open(ledger, terminal), 30)
    # What an earlier run left unsaid is said first; it would delay the alerts that are measured here.
    processes.wait_for("the terminals to finish what they had", _nothing_is_being_said(ledger), VOICED_SECONDS)
    account, password = USERS[0]
    with Staff(places, account.name, password) as staff:
        sent = [_send_one(places, processes, ledger, staff, *message) for message in MESSAGES]
    return Result(sent)


def _send_one(
    places: Places, processes: Processes, ledger: Ledger, staff: Staff, category: str, headline: str, body: str
) -> tuple[Accepted, list[Line]]:
    identifier = staff.send(category, headline, body, TERMINALS)
    accepted = ledger.alerts.get(identifier)
    if accepted is None:
        raise DemoError(f"the alert {identifier} is not in the ledger")
    processes.wait_for(f"{category} voiced", _reached(ledger, accepted, Stage.VOICED), VOICED_SECONDS)
    for terminal in TERMINALS:
        confirm(places, terminal, identifier)
    processes.wait_for(f"{category} confirmed", _reached(ledger, accepted, Stage.CONFIRMED), REPORTED_SECONDS)
    return accepted, ledger.deliveries.of_alert(accepted.row)


def print_result(result: Result) -> None:
    """Print the delivery log as a table."""
    rows = []
    for accepted, lines in result.sent:
        for line in lines:
            delivery = line.delivery
            seconds = [
                f"+{(moment - accepted.alert.sent).total_seconds():.3f} s" if moment else "-"
                for moment in (
                    delivery.received_at,
                    delivery.displayed_at,
                    delivery.voice_started_at,
                    delivery.voiced_at,
                    delivery.confirmed_at,
                )
            ]
            rows.append(
                [
                    accepted.alert.category,
                    line.terminal.id,
                    iso(accepted.alert.sent),
                    *seconds,
                    delivery.outcome or "ok",
                ]
            )
    headings = [
        "category",
        "terminal",
        "sent",
        "received",
        "displayed",
        "first sound",
        "voiced",
        "confirmed",
        "outcome",
    ]
    print_table(headings, rows)


def as_json(result: Result) -> str:
    """Return the result as one line of JSON."""
    alerts = [
        {
            "identifier": accepted.alert.identifier,
            "category": accepted.alert.category,
            "sent_at": iso(accepted.alert.sent),
        }
        for accepted, _lines in result.sent
    ]
    deliveries = [
        {
            "alert": accepted.alert.identifier,
            "terminal": line.terminal.id,
            **{
                moment: iso(value) if (value := getattr(line.delivery, moment)) else None
                for moment in ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")
            },
            "outcome": line.delivery.outcome,
        }
        for accepted, lines in result.sent
        for line in lines
    ]
    return json.dumps({"alerts": alerts, "terminals": list(TERMINALS), "deliveries": deliveries})


def _screen_is_open(ledger: Ledger, terminal: str) -> Callable[[], bool]:
    def is_open() -> bool:
        presence = ledger.presences.all().get(terminal)
        return presence is not None and presence.online and presence.screen_attached

    return is_open


def _nothing_is_being_said(ledger: Ledger) -> Callable[[], bool]:
    def is_quiet() -> bool:
        return all(
            line.delivery.voiced_at or line.delivery.confirmed_at or line.delivery.outcome
            for terminal in TERMINALS
            for accepted in ledger.alerts.active_for(terminal, datetime.now(UTC))
            for line in ledger.deliveries.of_alert(accepted.row)
            if line.terminal.id == terminal
        )

    return is_quiet


def _reached(ledger: Ledger, accepted: Accepted, stage: Stage) -> Callable[[], bool]:
    def is_reached() -> bool:
        return all(line.delivery.at(stage) for line in ledger.deliveries.of_alert(accepted.row))

    return is_reached
