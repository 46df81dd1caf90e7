"""The states of a town in which its pages are looked at: nothing yet, an ordinary day, trouble, a large roster."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pyotp

from broadcaster.access import Access
from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.draft import Draft, compose, correct
from broadcaster.domain.monthly_test import CATEGORY
from broadcaster.domain.roles import Role
from broadcaster.domain.service import Step
from broadcaster.domain.timing import Timing
from broadcaster.domain.tokens import Scope
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.submissions import Filing
from kokuchi.wire import Alert, Audience, AudienceKind, CallbackRequest, Clock, Outcome, Severity, Speaker, Topics
from tests.broadcaster.web.town import EVERYONE, NOW, PASSWORD, ROSTER, presence, publish, report
from tests.broadcaster.web.towns import FULL_TOWN, SESSION_SECRET

READY, DRILL, EMERGENCY = (f"20261124T005{number}00Z-{str(number) * 8}" for number in (3, 4, 5))
"""Drafts that only need to be sent."""

SERIES = "20261124T005600Z-66666666"
"""A series whose first day is left out."""

WITH_SECOND_STEP, SUSPENDED = "buchou", "maeda"
NORTH = Audience(kind=AudienceKind.AREAS, members=("kita",))
MANY = tuple(
    Terminal(f"t-{number:04}", f"見本 {number}番", "household", ("kita", "minami")[number % 2])
    for number in range(1, 1501)
)


def empty(ledger: Ledger) -> None:
    """Nothing is there but accounts."""
    with ledger.connections.write() as db:
        db.execute("DELETE FROM terminals")


def usual(ledger: Ledger) -> None:
    """All terminals are well, an alert was heard by all, somebody is writing."""
    ledger.presences.record(presence(terminal.id, speaker=Speaker.WORKING, software="1.2.0") for terminal in ROSTER)
    send(ledger, "consumer_harm", "点検をよそおう訪問に注意", days_ago=33)
    alert = send(ledger, "scam", "役場をかたる不審な電話に注意", days_ago=0)
    stages = {"received_at": NOW, "displayed_at": NOW, "voice_started_at": NOW, "voiced_at": NOW}
    ledger.deliveries.record(report(alert, terminal.id, **stages) for terminal in ROSTER)
    ledger.drafts.save("20261124T005000Z-aaaaaaaa", 0, Written(category="scam", headline="書きかけ"), "hanako", NOW)
    for identifier, level, drill in ((READY, "notice", ""), (DRILL, "important", "yes"), (EMERGENCY, "emergency", "")):
        ready = replace(_written("クマが出ました"), level=level, drill=drill)
        ledger.drafts.save(identifier, 0, ready, "hanako", NOW)
    plan(ledger, "20261124T005100Z-bbbbbbbb", "あしたの相談会", days=1)
    repeat(ledger, SERIES, "朝の体操")
    wait(ledger, "20261124T005200Z-cccccccc", "承認してほしいもの")
    people(ledger)
    manager = "<b>kanri</b>"
    ledger.tokens.make("防災メール連携", {Scope.ALERTS_READ}, NOW + timedelta(days=365), manager, NOW)
    ledger.tokens.make("古い連携", {Scope.ALERTS_SEND}, NOW + timedelta(days=9), manager, NOW)
    ledger.tokens.revoke("古い連携", manager, NOW)


def trouble(ledger: Ledger) -> None:
    """Every kind of trouble at once: no broker, terminals with faults, households that wait, alerts not delivered."""
    ledger.broker.record(False, "gone", NOW)
    ledger.presences.record(
        [
            presence("t-1", speaker=Speaker.FAILED, speaker_detail="no device", clock=Clock.UNKNOWN, storage_fault="X"),
            presence("t-2", online=False),
        ],
        NOW - timedelta(hours=3),
    )
    alert = send(ledger, "suspicious_person", "刃物を持った人がいます", severity=Severity.EXTREME, audience=NORTH)
    ledger.deliveries.record(
        [report(alert, "t-1", received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device")]
    )
    send(ledger, "scam", "訓練のお知らせ", drill=True, days_ago=1)
    ask(ledger, "t-1", "r-1", hours_ago=26, alert=alert)
    ask(ledger, "t-2", "r-2", hours_ago=3)
    ask(ledger, "t-3", "r-3", hours_ago=1)
    ask(ledger, "t-3", "r-4", hours_ago=50)
    ask(ledger, "t-2", "r-5", hours_ago=60, withdrawn=True)
    ledger.requests.take(2, "hanako", NOW)
    ledger.requests.annotate(2, "留守。夕方にかけなおす。", "", "hanako", NOW)
    ledger.requests.take(3, "ops", NOW)
    ledger.requests.finish(4, "hanako", NOW, "還付金の電話が来たとのこと。口座は教えていない。\n警察に伝えた。")


def alone(ledger: Ledger) -> None:
    """An emergency was corrected without the second person that it needs."""
    wrong = send(ledger, "suspicious_person", "刃物を持った人がいます", severity=Severity.EXTREME, audience=NORTH)
    right = correct(wrong, wrong.headline, "役場の北です。外に出ないでください。", FULL_TOWN, NOW)
    ledger.alerts.accept(right, [], ["t-1", "t-2"], "hanako", "場所のまちがいで、課長と連絡がとれないため")


def away(ledger: Ledger) -> None:
    """One terminal is suspended and one is retired; an alert was sent before."""
    send(ledger, "scam", "役場をかたる不審な電話に注意")
    ledger.service.step(Step.SUSPEND, ["t-2"], "hanako", NOW)
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)


def long_quiet(ledger: Ledger) -> None:
    """All is well, and nothing was sent for a month."""
    ledger.presences.record(presence(terminal.id) for terminal in ROSTER)
    send(ledger, "awareness_event", "消費生活の相談会", days_ago=31)


def busy(ledger: Ledger) -> None:
    """Many alerts were sent lately, with texts as long as they may be, and many households wait."""
    for number in range(60):
        send(ledger, "scam", f"{number}番目の、とても長い見出しのお知らせ。" + "長" * 18, days_ago=number / 50)
    for number in range(30):
        ask(ledger, ROSTER[number % 3].id, f"r-{number}", hours_ago=30 - number)


def restored(ledger: Ledger) -> None:
    """The server was restored: two alerts wait, one of them withdrawn meanwhile; a household is erased, one to be."""
    usual(ledger)
    withdrawn = send(ledger, "suspicious_person", "刃物を持った人がいます", severity=Severity.EXTREME, days_ago=0)
    ledger.recovery.begin(NOW - timedelta(hours=5), NOW)
    ledger.recovery.note_surpassed([report(withdrawn, "t-1").model_copy(update={"revision": 2})])
    ledger.erasure.erase("t-2", "hanako", NOW)
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET service = 'retired' WHERE terminal = 't-3'")


def large(ledger: Ledger) -> None:
    """1,500 terminals, a tenth of them in trouble, with an alert to all of them."""
    ledger.terminals.add((terminal, "hash") for terminal in MANY)
    ledger.presences.record(
        presence(
            terminal.id,
            online=number % 20 != 0,
            software="1.2.0",
            speaker=Speaker.FAILED if number % 20 == 1 else Speaker.WORKING,
            temperature_celsius=45,
        )
        for number, terminal in enumerate(MANY[20:])
    )
    alert = send(ledger, "scam", "役場をかたる不審な電話に注意", roster=[*ROSTER, *MANY])
    stages = {"received_at": NOW, "displayed_at": NOW, "voice_started_at": NOW, "voiced_at": NOW}
    for days_ago, unheard in ((40.0, 200), (5.0, 90)):
        test = send(ledger, CATEGORY, "毎月の試験放送", drill=True, days_ago=days_ago, roster=[*ROSTER, *MANY])
        ledger.deliveries.record(report(test, terminal.id, **stages) for terminal in MANY[unheard:])
    ledger.deliveries.record(report(alert, terminal.id, **stages) for terminal in MANY[75:])


def send(
    ledger: Ledger,
    category: str,
    headline: str,
    *,
    days_ago: float = 0,
    severity: Severity | None = None,
    audience: Audience = EVERYONE,
    drill: bool = False,
    roster: Sequence[Terminal] = ROSTER,
) -> Alert:
    """Send an alert as if it had been sent from the pages."""
    draft = Draft(category, headline, "電話を切って、\n役場に相談してください。", audience, severity, drill)
    alert = compose(draft, FULL_TOWN, roster, NOW - timedelta(days=days_ago))
    reached = [terminal.id for terminal in roster if audience == EVERYONE or terminal.area in audience.members]
    ledger.alerts.accept(alert, Topics(FULL_TOWN.id).of_audience(audience), reached, "hanako")
    publish(ledger)
    return alert


def people(ledger: Ledger) -> None:
    """Let one colleague have a second step, and one be suspended."""
    second_step = Access(ledger, SESSION_SECRET, lambda: NOW).second_step
    secret = second_step.new_secret(WITH_SECOND_STEP, FULL_TOWN.name)
    second_step.turn_on(WITH_SECOND_STEP, secret.sealed, pyotp.TOTP(secret.clear).at(NOW))
    ledger.accounts.add(Account(SUSPENDED, "前の係長", Role.AUTHOR), PASSWORD)
    ledger.accounts.suspend(SUSPENDED, "<b>kanri</b>", NOW)


def plan(ledger: Ledger, identifier: str, headline: str, *, days: float) -> None:
    """Let an alert go out by itself after some days."""
    at = NOW + timedelta(days=days)
    ledger.submissions.plan(Filing(identifier, 0, _written(headline), Timing(at), "hanako", NOW), at)


def repeat(ledger: Ledger, identifier: str, headline: str) -> None:
    """Let an alert go out each day of a week but the first."""
    first, second = (NOW + timedelta(days=ahead) for ahead in (1, 2))
    timing = Timing(first, frozenset(range(7)), (NOW + timedelta(days=7)).date())
    ledger.submissions.plan(Filing(identifier, 0, _written(headline), timing, "hanako", NOW), first)
    planned = ledger.submissions.get(identifier)
    assert planned is not None
    ledger.timetable.leave_out(planned, [first.date()], second, Entry("hanako", Deed.LEFT_OUT, identifier, NOW))


def wait(ledger: Ledger, identifier: str, headline: str) -> None:
    """Let an alert wait for a colleague's approval."""
    ledger.submissions.ask(Filing(identifier, 0, _written(headline), Timing(), "hanako", NOW))


def _written(headline: str) -> Written:
    return Written(category="awareness_event", headline=headline, body="お知らせです。", level="notice")


def ask(
    ledger: Ledger, terminal: str, name: str, *, hours_ago: float, alert: Alert | None = None, withdrawn: bool = False
) -> None:
    """Let a household ask for a call."""
    asked_at = NOW - timedelta(hours=hours_ago)
    request = CallbackRequest(
        terminal=terminal,
        identifier=name,
        sent=NOW,
        asked_at=asked_at,
        withdrawn_at=NOW if withdrawn else None,
        alert=alert.identifier if alert else None,
        revision=alert.revision if alert else None,
    )
    ledger.requests.record([request], asked_at)
