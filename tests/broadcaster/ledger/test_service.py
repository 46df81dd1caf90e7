"""Terminals leave service and come back: nobody counts on them meanwhile, and what was stays."""

import hashlib
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed
from broadcaster.domain.condition import Condition
from broadcaster.domain.delivery import Reach
from broadcaster.domain.draft import withdraw
from broadcaster.domain.enrolment import VALID, EnrolmentCode
from broadcaster.domain.service import Service, Step
from broadcaster.domain.standing import Circumstances, Standing
from broadcaster.ledger import Ledger
from broadcaster.ledger.conditions import Wanted
from broadcaster.ledger.enrolment import CodeRefused
from broadcaster.ledger.progress import Selection
from broadcaster.ledger.terminals import RosterMoved, TerminalExists, TerminalOutOfService, TerminalUnknown
from tests.broadcaster.examples import NOW, ROSTER, accept, alert, areas, presence, report

CODE = hashlib.sha256(b"12345678").hexdigest()


def step(ledger: Ledger, step: Step, *terminals: str) -> list[str]:
    return ledger.service.step(step, terminals, "hanako", NOW)


def deeds(ledger: Ledger) -> list[tuple[Deed, str, str]]:
    return [(entry.deed, entry.subject, entry.detail) for entry in ledger.audit.newest(10) if entry.actor == "hanako"]


def service(ledger: Ledger, terminal: str) -> Service:
    found = ledger.terminals.get(terminal)
    assert found
    return found.service


def test_a_terminal_is_suspended_and_resumed_and_each_step_is_recorded_once(ledger: Ledger) -> None:
    assert step(ledger, Step.SUSPEND, "t-1", "t-2") == ["t-1", "t-2"]
    assert step(ledger, Step.SUSPEND, "t-1") == []
    assert [terminal.id for terminal in ledger.terminals.all()] == ["t-3"]
    assert list(ledger.terminals.password_hashes()) == ["t-3"]
    assert ledger.terminals.out_of_service() == {"t-1", "t-2"}
    assert [terminal.id for terminal in ledger.terminals.everybody()] == ["t-1", "t-2", "t-3"]
    assert step(ledger, Step.RESUME, "t-1") == ["t-1"]
    assert ledger.terminals.password_hashes()["t-1"] == "hash of t-1"
    assert deeds(ledger) == [
        (Deed.TERMINAL_RESUMED, "t-1", ""),
        (Deed.TERMINAL_SUSPENDED, "t-2", ""),
        (Deed.TERMINAL_SUSPENDED, "t-1", ""),
    ]


def test_a_retired_terminal_never_comes_back(ledger: Ledger) -> None:
    step(ledger, Step.SUSPEND, "t-1")
    step(ledger, Step.RETIRE, "t-1")
    for again in (Step.RESUME, Step.SUSPEND):
        with pytest.raises(TerminalOutOfService, match="t-1 is retired"):
            step(ledger, again, "t-2", "t-1")
    assert service(ledger, "t-2") is Service.IN_SERVICE, "all or none"
    with pytest.raises(TerminalOutOfService):
        ledger.terminals.change(Terminal("t-1", "別の世帯", "household", "kita"), "hanako", NOW)
    with pytest.raises(TerminalExists, match="t-1"):
        ledger.terminals.add([(ROSTER[0], "hash")])
    with pytest.raises(TerminalUnknown, match="t-9"):
        step(ledger, Step.RETIRE, "t-9")


def test_a_change_says_what_was_changed_and_names_nobody_in_the_record(ledger: Ledger) -> None:
    wanted = Terminal("t-1", "新しい 世帯", "household", "minami", frozenset({"nobody"}))
    assert ledger.terminals.change(wanted, "hanako", NOW)
    assert ledger.terminals.get("t-1") == wanted
    assert not ledger.terminals.change(wanted, "hanako", NOW)
    assert deeds(ledger) == [(Deed.TERMINAL_CHANGED, "t-1", "household area groups")]


def test_every_change_is_owed_to_the_broker(ledger: Ledger) -> None:
    def is_owed() -> bool:
        newest = ledger.untold.newest()
        ledger.untold.told(newest)
        return newest > 0

    assert is_owed(), "the roster was added"
    assert not is_owed()
    ledger.terminals.change(Terminal("t-1", "見本 花子", "household", "minami"), "hanako", NOW)
    assert is_owed()
    for each in (Step.SUSPEND, Step.RESUME, Step.RETIRE):
        step(ledger, each, "t-2")
        assert is_owed(), each
    step(ledger, Step.RETIRE, "t-2")
    assert not is_owed(), "that changed nothing"
    ledger.enrolment.add(CODE, EnrolmentCode("t-1", "hanako", NOW, NOW + VALID))
    assert not is_owed(), "a code opens nothing at the broker"
    ledger.enrolment.use(CODE, "device", "another hash", NOW)
    assert is_owed()


def test_every_change_of_the_roster_is_seen_by_whoever_has_read_it_before(ledger: Ledger) -> None:
    """The roster is read again only after a deed, and another process may have done it."""
    with closing(Ledger(ledger.place)) as elsewhere:

        def is_seen_everywhere() -> bool:
            return list(ledger.terminals.all()) == list(elsewhere.terminals.all()) == in_service(ledger)

        assert is_seen_everywhere()
        assert ledger.terminals.all() is ledger.terminals.all(), "nothing was done meanwhile"
        new = Terminal("t-8", "例示", "household", "kita")
        for change in (
            lambda: elsewhere.terminals.add([(new, "hash")]),
            lambda: ledger.terminals.change(replace(new, household="別の世帯"), "hanako", NOW),
            lambda: elsewhere.terminals.take([], [new], elsewhere.terminals.fingerprint(), "hanako", NOW),
            lambda: step(elsewhere, Step.SUSPEND, "t-8"),
            lambda: step(ledger, Step.RESUME, "t-8"),
            lambda: elsewhere.erasure.erase("t-8", "hanako", NOW),
        ):
            before = ledger.terminals.all()
            change()
            assert list(before) != list(ledger.terminals.all())
            assert is_seen_everywhere()


def in_service(ledger: Ledger) -> list[Terminal]:
    """Return them as `everybody` knows them, who always looks."""
    return [terminal for terminal in ledger.terminals.everybody() if terminal.service is Service.IN_SERVICE]


def test_only_terminals_in_service_are_counted_and_listed_unless_others_are_asked_for(ledger: Ledger) -> None:
    step(ledger, Step.SUSPEND, "t-1")
    step(ledger, Step.RETIRE, "t-2")
    health = ledger.conditions.health()
    assert (health.total, health.of) == (1, {Condition.NEVER: 1})

    def found(wanted: Wanted) -> list[str]:
        names = [found.terminal.id for found in ledger.conditions.find(wanted, 10)]
        assert ledger.conditions.count(wanted) == len(names)
        return names

    assert found(Wanted()) == ["t-3"]
    assert found(Wanted(service=Service.SUSPENDED)) == ["t-1"]
    assert found(Wanted(service=Service.RETIRED)) == ["t-2"]
    assert found(Wanted(service=Service.SUSPENDED, group="elderly")) == ["t-1"]
    assert found(Wanted(service=Service.SUSPENDED, group="nobody")) == []
    assert [found.terminal.service for found in ledger.conditions.named(["t-2"])] == [Service.RETIRED]


def test_an_alert_is_not_addressed_to_a_terminal_that_has_just_left(ledger: Ledger) -> None:
    """Whoever sent it had read the roster before."""
    step(ledger, Step.RETIRE, "t-1")
    accepted = accept(ledger, alert())
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-2", "t-3"]
    assert ledger.deliveries.reach([accepted.row])[accepted.row].addressed == 2


def test_an_alert_to_everybody_is_addressed_to_whoever_is_in_service_in_that_moment(ledger: Ledger) -> None:
    step(ledger, Step.SUSPEND, "t-2")
    accepted = ledger.alerts.accept(alert(), ["kokuchi/example/alert/all"], None, "hanako")
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-3"]
    assert ledger.deliveries.reach([accepted.row])[accepted.row].addressed == 2


def test_in_an_old_alerts_log_it_stays_with_its_mark_and_is_neither_reminded_nor_sent_to_again(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    ledger.presences.record([presence(terminal.id) for terminal in ROSTER])
    step(ledger, Step.SUSPEND, "t-1")
    assert not ledger.presences.all()["t-1"].online, "it is cut off"
    first, *_ = ledger.deliveries.of_alert(accepted.row)
    assert (first.terminal.id, first.terminal.service) == ("t-1", Service.SUSPENDED)
    shown = ledger.progress.lines(accepted.row, Circumstances(Standing.NO_ANSWER), limit=10)
    assert [found.line.terminal.service for found in shown] == [
        Service.SUSPENDED,
        Service.IN_SERVICE,
        Service.IN_SERVICE,
    ]
    late = NOW.replace(hour=3)
    assert {reminder.terminal for reminder in ledger.reminders.claim(late)} == {"t-2", "t-3"}
    assert ledger.resends.add(accepted, 1, "unreached", "hanako", late) == 2


@pytest.mark.parametrize("away", [Step.SUSPEND, Step.RETIRE])
def test_what_has_not_arrived_at_a_terminal_that_leaves_is_not_missing_any_more_and_what_has_stays(
    ledger: Ledger, away: Step
) -> None:
    row = accept(ledger, alert()).row
    ledger.deliveries.record([report("t-1", received_at=NOW)])
    step(ledger, away, "t-1", "t-2")
    assert ledger.deliveries.reach([row])[row] == Reach(addressed=3, received=1, missing=1, out_of_service=1)
    ended = Circumstances(Standing.NO_ANSWER, Standing.NEVER_CAME)
    for circumstances, waited_for in ((Circumstances(Standing.AWAITED), Standing.NEVER_SEEN), (ended, ended.missing)):
        found = ledger.progress.lines(row, circumstances, limit=9)
        assert [line.standing for line in found] == [Standing.RECEIVED, Standing.OUT_OF_SERVICE, waited_for]
    for who, terminals in (("unreached", ["t-3"]), ("unheard", ["t-1", "t-3"]), ("out_of_service", ["t-2"])):
        found = ledger.progress.lines(row, ended, Selection(who), limit=9)
        assert [line.line.terminal.id for line in found] == terminals


def test_a_terminal_that_comes_back_is_missing_again(ledger: Ledger) -> None:
    row = accept(ledger, alert()).row
    step(ledger, Step.SUSPEND, "t-1")
    step(ledger, Step.RESUME, "t-1")
    assert ledger.deliveries.reach([row])[row] == Reach(addressed=3, missing=3)
    assert ledger.progress.count(row, Circumstances(Standing.AWAITED), Selection("unreached")) == 3


@pytest.mark.parametrize("away", [Step.SUSPEND, Step.RETIRE])
def test_no_code_opens_a_terminal_that_is_out_of_service(ledger: Ledger, away: Step) -> None:
    ledger.enrolment.add(CODE, EnrolmentCode("t-1", "hanako", NOW, NOW + VALID))
    step(ledger, away, "t-1")
    with pytest.raises(CodeRefused) as refused:
        ledger.enrolment.use(CODE, "device", "hash", NOW)
    assert refused.value.service is not Service.IN_SERVICE
    with pytest.raises(TerminalOutOfService):
        ledger.enrolment.add(CODE[::-1], EnrolmentCode("t-1", "hanako", NOW, NOW + VALID))
    assert ledger.enrolment.standing(NOW) == frozenset()


def test_a_code_from_before_a_suspension_opens_nothing_after_it(ledger: Ledger) -> None:
    ledger.enrolment.add(CODE, EnrolmentCode("t-1", "hanako", NOW, NOW + VALID))
    assert ledger.enrolment.standing(NOW) == {"t-1"}
    ledger.enrolment.use(CODE, "device", "hash", NOW)
    step(ledger, Step.SUSPEND, "t-1")
    step(ledger, Step.RESUME, "t-1")
    with pytest.raises(CodeRefused):
        ledger.enrolment.use(CODE, "device", "hash", NOW)


def test_an_import_is_taken_whole_and_only_into_the_roster_with_which_it_was_compared(ledger: Ledger) -> None:
    new, changed = Terminal("t-9", "新", "household", "kita"), Terminal("t-1", "変", "household", "kita")
    seen = ledger.terminals.fingerprint()
    step(ledger, Step.SUSPEND, "t-3")
    with pytest.raises(RosterMoved):
        ledger.terminals.take([(new, "hash")], [changed], seen, "hanako", NOW)
    step(ledger, Step.RETIRE, "t-2")
    retired = Terminal("t-2", "変", "household", "kita")
    with pytest.raises(TerminalOutOfService):
        ledger.terminals.take([(new, "hash")], [retired], ledger.terminals.fingerprint(), "hanako", NOW)
    assert ledger.terminals.get("t-9") is None
    ledger.terminals.take([(new, "hash")], [changed], ledger.terminals.fingerprint(), "hanako", NOW)
    assert list(ledger.terminals.all()) == [changed, new]
    assert deeds(ledger)[0] == (Deed.ROSTER_IMPORTED, "", "1 1")


def test_what_no_device_has_become_yet_is_known(ledger: Ledger) -> None:
    assert ledger.terminals.never_enrolled() == {"t-1", "t-2", "t-3"}
    ledger.presences.record([presence("t-1", online=False)])
    ledger.enrolment.add(CODE, EnrolmentCode("t-2", "hanako", NOW, NOW + VALID))
    ledger.enrolment.use(CODE, "device", "hash", NOW)
    step(ledger, Step.SUSPEND, "t-3")
    assert ledger.terminals.never_enrolled() == frozenset()


def test_who_comes_back_is_addressed_by_what_is_valid_and_by_the_withdrawal_of_what_it_still_shows(
    ledger: Ledger,
) -> None:
    """Promises 1 and 6, for a terminal that was suspended meanwhile."""
    shown = accept(ledger, alert("a-1"))
    step(ledger, Step.SUSPEND, "t-1")
    for before, topics in ((shown, ["t-2", "t-3"]), (accept(ledger, alert("a-2")), ["t-2"])):
        ledger.alerts.accept(withdraw(before.alert, NOW), ["topic"], topics, "hanako")
    accept(ledger, alert("a-3"))
    accept(ledger, alert("a-4", audience=areas("minami")))
    accept(ledger, alert("a-5", sent=NOW - timedelta(hours=30)))
    step(ledger, Step.RESUME, "t-1")
    active = ledger.alerts.active_for("t-1", NOW)
    assert [(one.alert.identifier, one.alert.is_cancel) for one in active] == [("a-1", True), ("a-3", False)]
    ledger.presences.record([presence("t-1")])
    due = {
        reminder.alert_row
        for reminder in ledger.reminders.claim(NOW + timedelta(hours=1))
        if reminder.terminal == "t-1"
    }
    assert due == {one.row for one in active}
    assert ledger.deliveries.reach([active[1].row])[active[1].row].addressed == 3


def test_a_later_revision_is_for_whoever_came_back_until_then_though_nobody_had_them_on_a_list(ledger: Ledger) -> None:
    """Promise 6: between reading to whom an alert went and taking it back somebody comes, and is shown it."""
    step(ledger, Step.SUSPEND, "t-1")
    shown = accept(ledger, alert("a-1", audience=areas("kita")))
    step(ledger, Step.RESUME, "t-1")
    step(ledger, Step.SUSPEND, "t-2")
    cancel = ledger.alerts.accept(withdraw(shown.alert, NOW), ["topic"], None, "hanako")
    assert [line.terminal.id for line in ledger.deliveries.of_alert(cancel.row)] == ["t-1"]
    assert ledger.deliveries.reach([cancel.row])[cancel.row] == Reach(addressed=1, missing=1)
    assert [one.row for one in ledger.alerts.active_for("t-1", NOW)] == [cancel.row]


def test_a_household_that_gets_its_terminal_is_warned_of_what_is_valid(ledger: Ledger) -> None:
    accept(ledger, alert("a-1"))
    ledger.terminals.add([(Terminal("t-9", "新", "household", "kita"), "hash")], "hanako", NOW)
    assert ledger.alerts.active_for("t-9", NOW) == []
    ledger.enrolment.add(CODE, EnrolmentCode("t-9", "hanako", NOW, NOW + VALID))
    ledger.enrolment.use(CODE, "device", "hash", NOW)
    assert [one.alert.identifier for one in ledger.alerts.active_for("t-9", NOW)] == ["a-1"]


def test_when_a_terminal_was_cut_off_is_in_its_history(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1"), presence("t-2")], NOW)
    step(ledger, Step.SUSPEND, "t-1")
    rows = ledger.connections.read().execute("SELECT terminal_id, online FROM presence_changes ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [(1, 1), (2, 1), (1, 0)]
    step(ledger, Step.RETIRE, "t-2")
    ledger.presences.record([presence("t-2")], NOW)
    assert not ledger.presences.all()["t-2"].online, "what comes late of a retired one is not kept"


def test_the_broker_is_told_to_forget_an_erased_household(ledger: Ledger) -> None:
    book = ledger.terminal_settings
    book.settle(book.claim("town", lambda _held: "k-1", NOW, 10))
    ledger.untold.told(ledger.untold.newest())
    ledger.erasure.erase("t-1", "hanako", NOW)
    assert ledger.untold.newest(), "its password is to be taken away"
    assert [terminal for _row, terminal in book.gone(10)] == ["t-1"], "the retained settings name its groups"
    kept = ledger.connections.read().execute("SELECT * FROM terminal_settings WHERE terminal_id = 1").fetchone()
    assert (kept["content"], kept["held"], kept["taken"]) == ("", None, None)
