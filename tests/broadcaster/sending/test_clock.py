"""What is planned goes out at its time, through restarts, a full disk and a roster that has changed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.timing import LATEST, Timing
from broadcaster.ledger import Ledger
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import Filing, State
from broadcaster.ledger.timetable import Outcome
from broadcaster.sending import PlannedSending, Sending
from broadcaster.sending import clock as clock_room
from tests.broadcaster.sending.town import (
    AT_TEN,
    DAY,
    EVERY_DAY_AT_TEN,
    HANAKO,
    JIRO,
    NAME,
    NOTICE,
    STRICT,
    TEN,
    important,
    notice,
)
from tests.broadcaster.web.town import Clock, FakeVoice
from tests.waiting import until


@pytest.fixture
def planned(ledger: Ledger, voice: FakeVoice, clock: Clock) -> PlannedSending:
    return PlannedSending(ledger, STRICT, voice, clock)


@asynccontextmanager
async def running(planned: PlannedSending) -> AsyncIterator[None]:
    task = asyncio.create_task(planned.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def sent(ledger: Ledger) -> list[datetime]:
    return [accepted.alert.sent for accepted in reversed(ledger.alerts.newest(20))]


def lapses(ledger: Ledger) -> list[tuple[datetime, Outcome]]:
    return [(lapse.at, lapse.outcome) for lapse in ledger.timetable.lapses()]


async def test_it_goes_out_at_its_time_and_not_before(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(), HANAKO)
    clock.now = TEN - timedelta(seconds=1)
    await planned.send_due()
    assert sent(ledger) == []
    clock.now = TEN
    await planned.send_due()
    (accepted,) = ledger.alerts.newest(5)
    assert (accepted.alert.identifier, accepted.accepted_by) == (NAME, "hanako")
    assert accepted.alert.reading is not None
    assert accepted.alert.expires - accepted.alert.sent == timedelta(hours=24)
    assert ledger.audit.newest(1)[0].deed is Deed.SENT_AS_PLANNED
    await planned.send_due()
    assert sent(ledger) == [TEN]


async def test_a_series_goes_out_on_each_of_its_days_once(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    days = [TEN + DAY * ahead for ahead in range(4)]
    for day in days:
        clock.now = day
        await planned.send_due()
        await planned.send_due()
    clock.move(days=30)
    await planned.send_due()
    identifiers = {accepted.alert.identifier for accepted in ledger.alerts.newest(9)}
    assert (sent(ledger), len(identifiers)) == (days, 4)
    assert lapses(ledger) == []
    over = ledger.submissions.get(NAME)
    assert over is not None
    assert (over.state, over.next_at) == (State.CLOSED, None)


async def test_it_is_woken_by_what_is_planned_meanwhile_and_by_the_time(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    async with running(planned):
        await sending.submit(notice(Timing(clock.now + timedelta(milliseconds=300))), HANAKO)
        assert sent(ledger) == []
        clock.move(seconds=1)
        # Nobody announces that the time has come: it waits for as long as the ledger told it.
        await until(lambda: sent(ledger) == [clock.now], clock_room.LONGEST_WAIT_SECONDS / 2)


async def test_a_centre_that_was_off_for_less_than_an_hour_sends_late(
    sending: Sending, path: Path, voice: FakeVoice, clock: Clock
) -> None:
    await sending.submit(notice(), HANAKO)
    clock.now = TEN + LATEST
    after_restart = Ledger(path)
    await PlannedSending(after_restart, STRICT, voice, clock).send_due()
    assert sent(after_restart) == [clock.now]
    assert lapses(after_restart) == []
    after_restart.close()


async def test_a_centre_that_was_off_for_longer_says_what_it_missed(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(), HANAKO)
    clock.now = TEN + LATEST + timedelta(seconds=1)
    await planned.send_due()
    assert sent(ledger) == []
    assert lapses(ledger) == [(TEN, Outcome.MISSED)]
    assert (ledger.audit.newest(1)[0].actor, ledger.audit.newest(1)[0].deed) == ("clock", Deed.MISSED)
    assert ledger.timetable.settle(NAME, "jiro", clock.now)
    assert not ledger.timetable.settle(NAME, "hanako", clock.now)
    assert lapses(ledger) == []


async def test_after_days_without_the_centre_a_series_tells_each_day_and_goes_on(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    clock.now = TEN + DAY * 2 + timedelta(minutes=30)
    await planned.send_due()
    assert lapses(ledger) == [(TEN, Outcome.MISSED), (TEN + DAY, Outcome.MISSED)]
    assert sent(ledger) == [clock.now]
    assert ledger.timetable.next_moment() == TEN + DAY * 3


async def test_what_can_no_longer_be_made_is_shown_with_the_reason(
    sending: Sending, ledger: Ledger, voice: FakeVoice, clock: Clock
) -> None:
    written = replace(NOTICE, audience="groups", groups=("elderly",))
    await sending.submit(notice(EVERY_DAY_AT_TEN, written), HANAKO)
    without = STRICT.model_copy(update={"groups": ()})
    clock.now = TEN
    await PlannedSending(ledger, without, voice, clock).send_due()
    (lapse,) = ledger.timetable.lapses()
    assert (lapse.outcome, lapse.at) == (Outcome.IMPOSSIBLE, TEN)
    assert "「elderly」は登録されていません" in lapse.detail
    clock.now = TEN + DAY
    # The group is there again: the next day goes out as planned.
    await PlannedSending(ledger, STRICT, voice, clock).send_due()
    assert sent(ledger) == [clock.now]


async def test_what_was_recalled_is_not_sent(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(), HANAKO)
    await sending.recall(NAME, 1, HANAKO)
    clock.now = TEN
    await planned.send_due()
    assert (sent(ledger), lapses(ledger)) == ([], [])


async def test_on_a_day_that_is_left_out_nothing_goes_out(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    await sending.series.leave_out(NAME, 1, TEN.date(), JIRO)
    assert ledger.timetable.next_moment() == TEN + DAY
    for clock.now in (TEN, TEN + LATEST, TEN + DAY):
        await planned.send_due()
    assert (sent(ledger), lapses(ledger)) == ([TEN + DAY], [])


async def test_a_centre_that_was_away_over_a_day_that_is_left_out_misses_nothing_of_it(
    sending: Sending, path: Path, voice: FakeVoice, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    clock.now = TEN
    after_first = Ledger(path)
    await PlannedSending(after_first, STRICT, voice, clock).send_due()
    await sending.series.leave_out(NAME, 1, (TEN + DAY).date(), HANAKO)
    await sending.series.leave_out(NAME, 2, (TEN + DAY * 2).date(), HANAKO)
    await sending.series.put_back(NAME, 3, (TEN + DAY).date(), HANAKO)
    after_first.close()
    clock.now = TEN + DAY * 3
    after_restart = Ledger(path)
    await PlannedSending(after_restart, STRICT, voice, clock).send_due()
    assert sent(after_restart) == [TEN, TEN + DAY * 3]
    assert lapses(after_restart) == [(TEN + DAY, Outcome.MISSED)], "the day that was put back, and not the other"
    after_restart.close()


async def test_a_day_that_is_put_back_in_time_goes_out(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    async with running(planned):
        await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
        await sending.series.leave_out(NAME, 1, TEN.date(), HANAKO)
        clock.now = TEN - timedelta(milliseconds=300)
        await sending.series.put_back(NAME, 2, TEN.date(), JIRO)
        clock.now = TEN
        await until(lambda: sent(ledger) == [TEN], clock_room.LONGEST_WAIT_SECONDS / 2)


async def test_of_the_clock_and_somebody_who_leaves_the_day_out_one_wins(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    (due,) = ledger.submissions.in_state(State.PLANNED)
    clock.now = TEN
    await planned.send_due()
    gone = Entry("jiro", Deed.LEFT_OUT, NAME, clock.now)
    assert not ledger.timetable.leave_out(due, [TEN.date()], TEN + DAY * 2, gone), "its version is still the same"
    with pytest.raises(DraftMoved):
        await sending.series.leave_out(NAME, 1, TEN.date(), JIRO)
    assert ledger.timetable.next_moment() == TEN + DAY
    (due,) = ledger.submissions.in_state(State.PLANNED)
    await sending.series.leave_out(NAME, 1, (TEN + DAY).date(), JIRO)
    assert not ledger.timetable.miss(due, clock.now, TEN + DAY * 2, Outcome.MISSED)


async def test_of_the_clock_and_somebody_who_recalls_one_wins(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(notice(), HANAKO)
    clock.now = TEN
    recalled, _ = await asyncio.gather(sending.recall(NAME, 1, HANAKO), planned.send_due(), return_exceptions=True)
    assert isinstance(recalled, DraftMoved) is bool(sent(ledger))
    assert bool(ledger.drafts.unsent()) is not bool(sent(ledger))


async def test_two_centres_at_one_ledger_send_it_once(
    sending: Sending, path: Path, ledger: Ledger, voice: FakeVoice, clock: Clock
) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    other = Ledger(path)
    clock.now = TEN
    await asyncio.gather(*(PlannedSending(each, STRICT, voice, clock).send_due() for each in (ledger, other)))
    assert sent(ledger) == [TEN]
    other.close()


async def test_what_was_approved_goes_out_in_the_name_of_who_approved(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(important(AT_TEN), HANAKO)
    clock.now = TEN
    await planned.send_due()
    assert sent(ledger) == []
    clock.now = TEN - timedelta(minutes=1)
    await sending.approve(NAME, 1, JIRO)
    clock.now = TEN
    await planned.send_due()
    assert [accepted.accepted_by for accepted in ledger.alerts.newest(5)] == ["jiro"]


async def test_a_full_disk_is_waited_for_and_the_alert_then_goes_out(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_room, "RETRY_SECONDS", 0.02)
    await sending.submit(notice(), HANAKO)
    attempts: list[str] = []

    def full() -> None:
        attempts.append("full")
        raise sqlite3.OperationalError("database or disk is full")

    clock.now = TEN
    write = ledger.connections.write
    monkeypatch.setattr(ledger.connections, "write", full)
    async with running(planned):
        await until(lambda: len(attempts) > 1)
        assert sent(ledger) == []
        monkeypatch.setattr(ledger.connections, "write", write)
        await until(lambda: sent(ledger) == [TEN])


async def test_a_fault_that_nobody_foresaw_stops_neither_the_others_nor_the_centre(
    sending: Sending, planned: PlannedSending, ledger: Ledger, clock: Clock
) -> None:
    strange = "no alert can be called so"
    ledger.submissions.plan(Filing(strange, 0, NOTICE, AT_TEN, "hanako", clock.now), TEN)
    await sending.submit(notice(), HANAKO)
    clock.now = TEN
    await planned.send_due()
    assert [accepted.alert.identifier for accepted in ledger.alerts.newest(5)] == [NAME]
    assert [(lapse.submission.identifier, lapse.outcome) for lapse in ledger.timetable.lapses()] == [
        (strange, Outcome.IMPOSSIBLE)
    ]
