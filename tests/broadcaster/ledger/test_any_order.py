"""What the ledger counts, and to whom it sends, whatever happens in whatever order, beside a town of plain lists."""

import copy
import hashlib
import itertools
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from broadcaster.domain.audience import Terminal, addressees
from broadcaster.domain.delivery import reach
from broadcaster.domain.draft import withdraw
from broadcaster.domain.enrolment import VALID, EnrolmentCode
from broadcaster.domain.retention import Retention
from broadcaster.domain.service import STEPS, Service, Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted, AlertExists
from broadcaster.ledger.copying import copy_ledger
from broadcaster.ledger.places import Place
from broadcaster.ledger.pruning import Pruning
from broadcaster.ledger.recovery import LEAP
from broadcaster.ledger.resends import SentAgainMeanwhile
from kokuchi.wire import Audience, DeliveryReport
from tests.broadcaster.examples import (
    EVERYONE,
    NOW,
    ROSTER,
    alert,
    areas,
    fill_roster,
    groups,
    presence,
    terminals,
)
from tests.broadcaster.ledger.colliding import colliding_reports
from tests.broadcaster.ledger.listed_town import Key, ListedTown, key_of

if TYPE_CHECKING:
    from tests.broadcaster.ledger.emptied import Emptied

KEPT = Retention(alerts=30)
NEW = (Terminal("t-4", "新", "household", "kita"), Terminal("t-5", "新", "business", "minami", frozenset({"elderly"})))
NAMES = [terminal.id for terminal in (*ROSTER, *NEW)]

names = st.sampled_from(NAMES)
going = st.sampled_from(["t-3", "t-5"])
"""Who may leave for ever: were it everybody, nothing would happen any more after some steps."""

audiences = st.sampled_from([EVERYONE, areas("kita"), groups("elderly"), terminals("t-1", "t-3", "t-5")])
moments = st.none() | st.integers(0, 2).map(lambda number: NOW + timedelta(seconds=number))


def reports(key: Key) -> st.SearchStrategy[DeliveryReport]:
    return colliding_reports(NAMES, key[0], [key[1]], moments, ["", "a", "b"])


class AnyOrder(RuleBasedStateMachine):
    """The ledger and the lists agree after each step."""

    empty: ClassVar[Path]
    """A ledger in a file: to copy it is quicker than to make one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.numbers = itertools.count(1)
        self.ledger = Ledger(self.home())
        self.is_at_home = True
        self.town = ListedTown()
        self.backup: tuple[Ledger, ListedTown, datetime] | None = None
        self.now = NOW

    def home(self) -> Place:
        """Return an empty place of the kind that is tested."""
        raise NotImplementedError

    def file(self) -> Path:
        """Return an empty ledger's file."""
        path = Path(self.folder.name) / f"{next(self.numbers)}.sqlite"
        shutil.copy(self.empty, path)
        return path

    @initialize()
    def begin(self) -> None:
        fill_roster(self.ledger)
        self.an_alert_is_sent(EVERYONE, 24)

    def teardown(self) -> None:
        self.ledger.close()
        if self.backup:
            self.backup[0].close()
        self.folder.cleanup()

    def accepted(self, key: Key) -> Accepted:
        found = self.ledger.alerts.revision(*key)
        assert found
        return found

    # What staff do

    @rule(audience=audiences, hours=st.sampled_from([1, 24, 72]))
    def an_alert_is_sent(self, audience: Audience, hours: int) -> None:
        new = alert(f"a-{next(self.numbers)}", audience=audience, sent=self.now, hours=hours)
        addressed = addressees(audience, self.town.roster.values())
        self.ledger.alerts.accept(new, ["topic"], addressed, "hanako")
        self.town.sent(new, NAMES if addressed is None else addressed)

    @precondition(lambda self: self.town.valid(self.now))
    @rule(data=st.data(), is_withdrawn=st.booleans(), why=st.sampled_from(["", "急ぐため"]))
    def an_alert_is_corrected_or_withdrawn(self, data: st.DataObject, is_withdrawn: bool, why: str) -> None:
        before = data.draw(st.sampled_from(list(self.town.valid(self.now).values())))
        if before.is_cancel:
            return
        after = alert(before.identifier, before.revision + 1, audience=before.audience, sent=self.now)
        if is_withdrawn:
            after = withdraw(before, self.now)
        accepted = self.ledger.alerts.accept(after, ["topic"], None, "hanako", why).alert
        assert accepted.revision == before.revision + (LEAP if key_of(before) in self.town.ever_held else 1)
        with pytest.raises(AlertExists):
            self.ledger.alerts.accept(withdraw(before, self.now), ["topic"], None, "jiro")
        self.town.sent(accepted, self.town.deliveries[key_of(before)])

    @rule(step=st.sampled_from([Step.SUSPEND, Step.RESUME]), name=names)
    def a_terminal_takes_a_step(self, step: Step, name: str) -> None:
        known = self.town.roster.get(name)
        if known is None or known.service is Service.RETIRED:
            return
        moved = self.ledger.service.step(step, [name], "hanako", self.now)
        self.town.roster[name] = replace(known, service=STEPS[step])
        if moved and step is Step.RESUME:
            self.town.comes(name, self.now)

    @rule(name=going)
    def a_terminal_is_retired(self, name: str) -> None:
        self.a_terminal_takes_a_step(Step.RETIRE, name)

    @rule(new=st.sampled_from(NEW))
    def a_household_gets_its_terminal(self, new: Terminal) -> None:
        if new.id not in self.town.roster:
            self.ledger.terminals.add([(new, "hash")], "hanako", self.now)
            self.town.roster[new.id] = new
        if new.id in self.town.in_service():
            code = hashlib.sha256(str(next(self.numbers)).encode()).hexdigest()
            self.ledger.enrolment.add(code, EnrolmentCode(new.id, "hanako", self.now, self.now + VALID))
            self.ledger.enrolment.use(code, "device", "hash", self.now)
            self.town.comes(new.id, self.now)

    @rule(name=going)
    def a_household_is_erased(self, name: str) -> None:
        if self.ledger.erasure.erase(name, "hanako", self.now):
            self.town.is_erased(name)

    @precondition(lambda self: self.town.alerts)
    @rule(data=st.data(), who=st.sampled_from(["unreached", "unheard"]))
    def somebody_sends_one_again(self, data: st.DataObject, who: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.town.alerts)))
        accepted = self.accepted(key)
        number = len(self.ledger.resends.of_alert(accepted.row)) + 1
        if key not in self.town.valid(self.now) or key in self.town.held:
            with pytest.raises(SentAgainMeanwhile):
                self.ledger.resends.add(accepted, number, who, "hanako", self.now)
            return
        without = {
            name
            for name, known in self.town.deliveries[key].items()
            if not (known.received_at if who == "unreached" else known.voiced_at or known.confirmed_at)
        }
        sent = self.ledger.resends.add(accepted, number, who, "hanako", self.now)
        assert sent == len(without & self.town.in_service())

    # What terminals and time do

    @precondition(lambda self: self.town.alerts)
    @rule(data=st.data())
    def terminals_report(self, data: st.DataObject) -> None:
        of_some = st.sampled_from(sorted(self.town.alerts)).flatmap(reports)
        said = data.draw(st.lists(of_some, min_size=1, max_size=4))
        self.ledger.deliveries.record(said)
        for report in said:
            self.town.said(report)

    @rule(hours=st.sampled_from([0.02, 0.02, 1, 1, 20, 24 * 31]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def those_who_say_nothing_are_reminded(self) -> None:
        # What a suspended one says comes late.
        self.ledger.presences.record(map(presence, NAMES), self.now)
        keys = {self.accepted(key).row: key for key in self.town.alerts}
        reminded = [(keys[one.alert_row], one.terminal) for one in self.ledger.reminders.claim(self.now)]
        assert len(set(reminded)) == len(reminded)
        for key, name in reminded:
            assert name in self.town.in_service()
            assert key in self.town.told(name, self.now)
            assert self.town.deliveries[key][name].received_at is None

    @rule()
    def what_is_old_is_pruned(self) -> None:
        Pruning(self.ledger.connections, pause=lambda: None).prune(KEPT, self.now)
        self.town.forget(self.now - timedelta(days=KEPT.alerts))

    # What becomes of the database

    @rule()
    def the_ledger_moves_into_a_file_or_home_again(self) -> None:
        self.is_at_home = not self.is_at_home
        target = Ledger(self.home() if self.is_at_home else self.file())
        copy_ledger(self.ledger, target)
        self.ledger.close()
        self.ledger = target

    @precondition(lambda self: self.backup is None)
    @rule()
    def a_backup_is_made(self) -> None:
        kept = Ledger(self.file())
        copy_ledger(self.ledger, kept)
        self.backup = kept, copy.deepcopy(self.town), self.now

    @precondition(lambda self: self.backup)
    @rule()
    def the_backup_is_restored(self) -> None:
        assert self.backup
        self.ledger.close()
        self.ledger, self.town, made_at = self.backup
        self.backup, self.is_at_home = None, False
        self.ledger.recovery.begin(made_at, self.now)
        self.town.is_restored(self.now)

    @precondition(lambda self: self.town.held)
    @rule(data=st.data())
    def somebody_lets_stand_what_was_held(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.town.held)))[0]
        is_newest = max(key for key in self.town.alerts if key[0] == name) in self.town.held
        assert self.ledger.recovery.release(name, "hanako", self.now) is is_newest
        if is_newest:
            self.town.held = {key for key in self.town.held if key[0] != name}

    # What holds

    @invariant()
    def the_ledger_knows_each_delivery_and_counts_it(self) -> None:
        """Promise 3."""
        rows = {key: self.accepted(key).row for key in self.town.deliveries}
        counted = self.ledger.deliveries.reach(rows.values())
        for key, row in rows.items():
            known = self.town.deliveries[key]
            assert {line.terminal.id: line.delivery for line in self.ledger.deliveries.of_alert(row)} == known
            assert counted[row] == reach((known[name], self.town.roster[name].service) for name in known)

    @invariant()
    def a_terminal_that_asks_is_told_what_is_valid_for_it_and_nothing_else(self) -> None:
        """Promises 1 and 6."""
        keys = {self.accepted(key).row: key for key in self.town.alerts}
        told = self.ledger.alerts.active_rows(NAMES, self.now)
        for name in NAMES:
            assert sorted(keys[row] for row in told.get(name, [])) == self.town.told(name, self.now)


def test_the_ledger_and_plain_lists_agree_whatever_happens(
    place: Place, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    Ledger(tmp_path / "empty.sqlite").close()

    class Here(AnyOrder):
        empty = tmp_path / "empty.sqlite"

        def home(self) -> Place:
            if isinstance(place, Path):
                return self.file()
            emptied: Emptied = request.getfixturevalue("emptied")
            return emptied.at(tmp_path)

    examples = 15 if isinstance(place, Path) else 5
    run_state_machine_as_test(Here, settings=settings(max_examples=examples, stateful_step_count=50, deadline=None))
