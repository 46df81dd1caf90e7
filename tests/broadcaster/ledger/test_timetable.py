"""The days that a planned series leaves out."""

from dataclasses import replace
from datetime import date, timedelta

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.timing import Timing, leave_out
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import Filing, State, StoredSubmission
from broadcaster.ledger.timetable import Outcome
from tests.broadcaster.examples import NOW

DAY = timedelta(days=1)
FIRST = NOW + DAY
EVERY_DAY = Timing(FIRST, frozenset(range(7)), (NOW + DAY * 9).date())
LEFT_OUT = Entry("jiro", Deed.LEFT_OUT, "p-1", NOW, "")


def plan(ledger: Ledger) -> StoredSubmission:
    ledger.submissions.plan(Filing("p-1", 0, Written(headline="体操"), EVERY_DAY, "hanako", NOW), FIRST)
    return stands(ledger)


def stands(ledger: Ledger) -> StoredSubmission:
    (found,) = ledger.submissions.in_state(State.PLANNED)
    return found


def leave_out_first(ledger: Ledger, seen: StoredSubmission) -> bool:
    return ledger.timetable.leave_out(seen, [FIRST.date()], FIRST + DAY, LEFT_OUT)


def test_a_day_is_left_out_with_who_did_it_and_nothing_is_due_on_it(ledger: Ledger) -> None:
    before = plan(ledger)
    assert leave_out_first(ledger, before)
    expected = replace(
        before,
        version=2,
        timing=leave_out(EVERY_DAY, FIRST.date()),
        next_at=FIRST + DAY,
        left_out_by="jiro",
    )
    assert stands(ledger) == expected
    assert (ledger.timetable.due(FIRST), ledger.timetable.next_moment()) == ([], FIRST + DAY)
    assert ledger.timetable.due(FIRST + DAY) == [expected]
    assert ledger.audit.newest(1)[0] == LEFT_OUT


def test_who_has_seen_an_earlier_version_changes_nothing(ledger: Ledger) -> None:
    before = plan(ledger)
    assert leave_out_first(ledger, before)
    assert not ledger.timetable.leave_out(before, [date(2030, 1, 1)], FIRST, LEFT_OUT)
    assert not ledger.timetable.leave_out(replace(stands(ledger), version=1), [], FIRST, LEFT_OUT)
    assert stands(ledger).timing.left_out == {FIRST.date()}
    assert [entry.deed for entry in ledger.audit.newest(2)] == [Deed.LEFT_OUT, Deed.PLANNED]


def test_who_comes_after_the_clock_changes_nothing(ledger: Ledger) -> None:
    before = plan(ledger)
    assert ledger.timetable.miss(before, FIRST, FIRST + DAY, Outcome.MISSED)
    assert stands(ledger).version == before.version
    assert not leave_out_first(ledger, before)
    assert stands(ledger).timing == EVERY_DAY


def test_the_clock_that_comes_after_a_day_was_left_out_changes_nothing(ledger: Ledger) -> None:
    before = plan(ledger)
    assert leave_out_first(ledger, before)
    assert not ledger.timetable.miss(before, FIRST, FIRST + DAY, Outcome.MISSED)
    assert ledger.timetable.lapses() == []


def test_what_is_a_draft_again_leaves_out_no_day_any_more(ledger: Ledger) -> None:
    before = plan(ledger)
    ledger.submissions.recall("p-1", before.version, "hanako", NOW)
    assert not leave_out_first(ledger, replace(before, version=2))
