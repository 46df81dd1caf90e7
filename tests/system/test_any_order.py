"""Centre, broker and terminals in any order: messages come late, twice, out of order, from the future, or never."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from broadcaster.dispatch.sealing import Sealer
from broadcaster.dispatch.signer import Signer
from broadcaster.dispatch.sync import answer
from broadcaster.domain.audience import Terminal
from broadcaster.domain.delivery import Delivery
from broadcaster.domain.signing import Keychain
from broadcaster.ledger import Ledger
from kokuchi.wire import (
    Alert,
    KeyRing,
    Outcome,
    SigningKey,
    SyncReply,
    SyncRequest,
    decode_delivery,
    decode_sync_request,
    encode,
    open_alert,
    open_sync_reply,
    seal,
)
from terminal_client.household import Key
from terminal_client.inbox import Held, Inbox
from tests.terminal.alerts import NOW, TOWN, alert, cancel

NAMES = ("t-1", "t-2")
KEY = SigningKey.generate()
RING = KeyRing.of(KEY.private.public_key())
STAGES = ["displayed_at", "voice_started_at", "voiced_at", "confirmed_at"]


@dataclass
class Broker:
    """Messages under way. Any of them may be delivered, again and again, or lost."""

    alerts: list[tuple[str, bytes]] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    questions: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)


class AnyOrder(RuleBasedStateMachine):
    """The ledger and each inbox end up saying the same, and nothing ever moves back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = Ledger(self.folder / "ledger.sqlite")
        self.sealer = Sealer(self.ledger, Signer(lambda: Keychain(KEY)))
        self.inboxes = {name: Inbox(self.folder / f"{name}.sqlite", name) for name in NAMES}
        self.broker = Broker()
        self.accepted: list[Alert] = []
        self.asked: dict[str, tuple[str, list[Held]]] = {}
        self.before: dict[tuple[int, str], Delivery] = {}
        self.now = NOW

    @initialize()
    def begin(self) -> None:
        self.ledger.terminals.add((Terminal(name, "例示", "household", "kita"), "x") for name in NAMES)
        self.staff_send_an_alert()
        for name, token in self.broker.alerts:
            self.inboxes[name].add(open_alert(token, RING, TOWN), self.now)
            self.a_terminal_reports(name)

    def teardown(self) -> None:
        for name in NAMES:
            for _ in range(2):
                self.exchange(name)
        self.ledger_and_inboxes_agree()
        for inbox in self.inboxes.values():
            assert not inbox.has_unrecorded()
            inbox.close()
        self.ledger.close()
        shutil.rmtree(self.folder)

    # What happens

    @rule()
    def staff_send_an_alert(self) -> None:
        new = alert(f"a-{len(self.accepted)}", sent=self.now)
        self.accept(new)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def staff_withdraw_an_alert(self, data: st.DataObject) -> None:
        newest = {sent.identifier: sent for sent in self.accepted}
        chosen = data.draw(st.sampled_from(list(newest.values())))
        if not chosen.is_cancel:
            self.accept(cancel(chosen))

    @precondition(lambda self: self.broker.alerts)
    @rule(data=st.data())
    def the_broker_delivers_an_alert_once_more(self, data: st.DataObject) -> None:
        name, token = data.draw(st.sampled_from(self.broker.alerts))
        self.inboxes[name].add(open_alert(token, RING, TOWN), self.now)

    @rule(data=st.data(), name=st.sampled_from(NAMES), stage=st.sampled_from(STAGES), skew=st.integers(-9999, 9999))
    def something_happens_at_a_terminal(self, data: st.DataObject, name: str, stage: str, skew: int) -> None:
        held = [report for _, report in self.inboxes[name].taken()]
        if held:
            report = data.draw(st.sampled_from(held))
            self.inboxes[name].reach(Key(report.alert, report.revision), stage, self.now + timedelta(seconds=skew))
            self.a_terminal_reports(name)

    @rule(data=st.data(), name=st.sampled_from(NAMES), outcome=st.sampled_from([Outcome.VOICE_FAILED, Outcome.EXPIRED]))
    def something_fails_at_a_terminal(self, data: st.DataObject, name: str, outcome: Outcome) -> None:
        held = [report for _, report in self.inboxes[name].taken() if report.outcome is None]
        if held:
            report = data.draw(st.sampled_from(held))
            self.inboxes[name].end(Key(report.alert, report.revision), outcome, "for a test")

    @rule(name=st.sampled_from(NAMES))
    def a_terminal_reports(self, name: str) -> None:
        untold = self.inboxes[name].untold()
        self.broker.reports += [encode(held.report) for held in untold]
        self.inboxes[name].mark_told(untold)

    @precondition(lambda self: self.broker.reports)
    @rule(data=st.data())
    def the_centre_takes_some_reports_in_any_order(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.broker.reports), min_size=1, max_size=4))
        self.ledger.deliveries.record([decode_delivery(payload) for payload in chosen])

    @rule(name=st.sampled_from(NAMES))
    def a_terminal_asks(self, name: str) -> None:
        self.broker.questions.append(self.ask(name))

    @precondition(lambda self: self.broker.questions)
    @rule(data=st.data())
    def the_centre_answers(self, data: st.DataObject) -> None:
        question = data.draw(st.sampled_from(self.broker.questions))
        self.broker.answers.append(self.answer(question))

    @precondition(lambda self: self.broker.answers)
    @rule(data=st.data())
    def a_terminal_takes_an_answer(self, data: st.DataObject) -> None:
        self.take_answer(data.draw(st.sampled_from(self.broker.answers)))

    @rule()
    def the_broker_forgets_everything(self) -> None:
        self.broker = Broker()

    @rule(name=st.sampled_from(NAMES))
    def a_terminal_restarts(self, name: str) -> None:
        self.inboxes[name].close()
        self.inboxes[name] = Inbox(self.folder / f"{name}.sqlite", name)

    # How it is done

    def accept(self, new: Alert) -> None:
        self.ledger.alerts.accept(new, [], NAMES, "test")
        self.accepted.append(new)
        self.broker.alerts += [(name, seal(new, KEY)) for name in NAMES]

    def ask(self, name: str) -> bytes:
        held = self.inboxes[name].active_or_unrecorded(self.now)
        identifier = f"q-{len(self.asked)}"
        self.asked[identifier] = (name, held)
        reports = tuple(item.report for item in held)
        return encode(SyncRequest(terminal=name, identifier=identifier, sent=self.now, held=reports))

    def answer(self, question: bytes) -> bytes:
        request = decode_sync_request(question)
        self.ledger.deliveries.record(request.held)
        active = [self.sealer.by_row(one.row) for one in self.ledger.alerts.active_for(request.terminal, self.now)]
        return seal(answer(TOWN, request, active, self.now), KEY)

    def take_answer(self, token: bytes) -> None:
        reply: SyncReply = open_sync_reply(token, RING, TOWN)
        name, held = self.asked[reply.identifier]
        for sealed in reply.alerts:
            self.inboxes[name].add(open_alert(sealed.encode(), RING, TOWN), self.now)
        recorded = {(item.alert, item.revision) for item in reply.recorded}
        self.inboxes[name].mark_recorded(
            [item for item in held if (item.report.alert, item.report.revision) in recorded]
        )

    def exchange(self, name: str) -> None:
        self.take_answer(self.answer(self.ask(name)))

    def lines(self) -> dict[tuple[int, str], Delivery]:
        found = {}
        for sent in self.accepted:
            accepted = self.ledger.alerts.revision(sent.identifier, sent.revision)
            assert accepted is not None
            for line in self.ledger.deliveries.of_alert(accepted.row):
                found[accepted.row, line.terminal.id] = line.delivery
        return found

    # What holds

    @invariant()
    def nothing_moves_back(self) -> None:
        """Promise 3."""
        now = self.lines()
        for place, known in self.before.items():
            for moment in ("received_at", *STAGES):
                earlier: datetime | None = getattr(known, moment)
                assert earlier is None or getattr(now[place], moment) == earlier
            assert known.outcome is None or now[place].outcome is not None
        self.before = now

    @invariant()
    def the_ledger_says_nothing_that_did_not_happen(self) -> None:
        """Promise 3."""
        happened = self.happened()
        for place, delivery in self.lines().items():
            for moment in ("received_at", *STAGES):
                assert getattr(delivery, moment) in (None, getattr(happened.get(place, Delivery()), moment))

    def happened(self) -> dict[tuple[int, str], Delivery]:
        found = {}
        for name, inbox in self.inboxes.items():
            for held in inbox.active_or_unrecorded(NOW - timedelta(days=365)):
                accepted = self.ledger.alerts.revision(held.report.alert, held.report.revision)
                assert accepted is not None
                found[accepted.row, name] = Delivery.of(held.report)
        return found

    def ledger_and_inboxes_agree(self) -> None:
        """Promises 1 and 3: after a sync both ends hold the same truth."""
        happened, known = self.happened(), self.lines()
        for place, delivery in happened.items():
            assert known[place] == delivery
        for sent in {sent.identifier: sent for sent in self.accepted}.values():
            accepted = self.ledger.alerts.revision(sent.identifier, sent.revision)
            assert accepted is not None
            assert all((accepted.row, name) in happened for name in NAMES), "the newest revision is everywhere"


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
