"""From one person's submission over another one's approval to the alert: what one did, the other is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from broadcaster.domain.audit import Deed
from broadcaster.domain.dictionary import Change, Word
from broadcaster.domain.draft import DraftError
from broadcaster.domain.service import Step
from broadcaster.domain.timing import NOW, Timing
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import State
from broadcaster.sending import MayNotApprove, Need, Sending, Submission, Submitted
from broadcaster.sending.sender import OUT_SECONDS
from kokuchi.wire import Alert
from tests.broadcaster.sending.town import (
    AT_TEN,
    DAY,
    EMERGENCY,
    EVERY_DAY_AT_TEN,
    HANAKO,
    IMPORTANT,
    JIRO,
    NAME,
    NOTICE,
    SABURO,
    STRICT,
    TEN,
    important,
    notice,
)
from tests.broadcaster.web.town import NOW as NOW_THERE
from tests.broadcaster.web.town import Clock, FakeVoice


def deeds(ledger: Ledger) -> list[tuple[str, Deed]]:
    entries = reversed(ledger.audit.newest(20))
    return [(entry.actor, entry.deed) for entry in entries if entry.deed is not Deed.TERMINALS_ADDED]


def alerts(ledger: Ledger) -> list[str]:
    return [accepted.alert.identifier for accepted in ledger.alerts.newest(20)]


def version(ledger: Ledger) -> int:
    draft = ledger.drafts.get(NAME)
    assert draft is not None
    return draft.version


async def raced(*ways: object) -> list[object]:
    return list(await asyncio.gather(*ways, return_exceptions=True))  # type: ignore[call-overload] # any awaitables


def told(results: Sequence[object]) -> int:
    return sum(isinstance(result, DraftMoved) for result in results)


async def look(sending: Sending) -> None:
    """Let the voice read what somebody looks at once more, to its end."""
    sending.prepare(NOTICE)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})


async def test_what_was_looked_at_once_more_goes_out_with_its_kana_without_the_voice(
    sending: Sending, ledger: Ledger, voice: FakeVoice
) -> None:
    await look(sending)
    voice.broken = True
    assert await sending.submit(notice(NOW), HANAKO) is Submitted.SENT
    sent = ledger.alerts.newest(1)[0].alert
    assert sent.reading
    assert sent.furigana


async def test_who_comes_back_while_an_alert_to_their_area_is_on_its_way_to_the_disk_is_addressed(
    ledger: Ledger, voice: FakeVoice, clock: Clock
) -> None:
    """As they are by one to everybody. Who comes back after it finds it in the ledger."""
    ledger.service.step(Step.SUSPEND, ["t-1"], "hanako", clock())

    def somebody_comes_back(_: Alert) -> None:
        ledger.service.step(Step.RESUME, ["t-1"], "hanako", clock())

    sending = Sending(ledger, STRICT, voice, clock, somebody_comes_back)
    to_an_area = replace(NOTICE, audience="areas", areas=("kita",))
    assert await sending.submit(notice(NOW, to_an_area), HANAKO) is Submitted.SENT
    sent = ledger.alerts.newest(1)[0]
    assert [line.terminal.id for line in ledger.deliveries.of_alert(sent.row)] == ["t-1", "t-2"]


@pytest.mark.parametrize(
    "written",
    [
        replace(NOTICE, headline="講座のお知らせ"),
        replace(NOTICE, body="役場で講座があります。"),
        replace(NOTICE, category="scam", level="notice"),
    ],
)
async def test_another_text_or_contact_is_read_anew(sending: Sending, voice: FakeVoice, written: Written) -> None:
    await look(sending)
    asked = voice.asked
    await sending.submit(notice(NOW, written), HANAKO)
    assert voice.asked == asked + 2


async def test_what_was_looked_at_before_a_word_was_changed_is_read_anew(
    sending: Sending, ledger: Ledger, voice: FakeVoice
) -> None:
    await look(sending)
    change = Change("講座", Word("講座", "コウザ"))
    ledger.dictionary.change([change], seen=0, town=STRICT.id, changed_by="hanako", now=NOW_THERE)
    asked = voice.asked
    await sending.submit(notice(NOW), HANAKO)
    assert voice.asked == asked + 2


async def test_what_one_person_may_send_goes_out_at_once(sending: Sending, ledger: Ledger) -> None:
    assert await sending.submit(notice(NOW), HANAKO) is Submitted.SENT
    (accepted,) = ledger.alerts.newest(2)
    assert (accepted.alert.identifier, accepted.accepted_by, accepted.alert.sent) == (NAME, "hanako", NOW_THERE)
    assert accepted.alert.reading is not None
    assert ledger.drafts.unsent() == []
    assert deeds(ledger) == [("hanako", Deed.SENT)]


async def test_the_need_is_the_one_that_submitting_meets(sending: Sending) -> None:
    assert [sending.need(written) for written in (NOTICE, IMPORTANT, EMERGENCY)] == [
        Need.NOTHING,
        Need.APPROVAL,
        Need.APPROVAL_OR_REASON,
    ]


async def test_what_needs_a_second_person_waits_and_goes_out_when_it_is_approved(
    sending: Sending, ledger: Ledger, clock: Clock
) -> None:
    assert await sending.submit(important(), HANAKO) is Submitted.WAITING
    assert alerts(ledger) == []
    clock.move(minutes=5)
    assert await sending.approve(NAME, 1, JIRO) is Submitted.SENT
    (accepted,) = ledger.alerts.newest(2)
    # It is valid from when it is sent, not from when it was written.
    assert (accepted.alert.identifier, accepted.alert.sent, accepted.accepted_by) == (NAME, clock.now, "jiro")
    assert deeds(ledger) == [("hanako", Deed.SUBMITTED), ("jiro", Deed.APPROVED), ("jiro", Deed.SENT)]


async def test_nobody_approves_of_what_they_have_submitted_themselves(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), JIRO)
    with pytest.raises(MayNotApprove):
        await sending.approve(NAME, 1, JIRO)
    assert alerts(ledger) == []
    assert await sending.approve(NAME, 1, SABURO) is Submitted.SENT


async def test_nobody_approves_or_sends_back_without_the_right(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), JIRO)
    with pytest.raises(MayNotApprove):
        await sending.approve(NAME, 1, HANAKO)
    with pytest.raises(MayNotApprove):
        await sending.send_back(NAME, 1, "だめです", HANAKO)
    assert alerts(ledger) == []


async def test_an_emergency_goes_out_with_a_reason_and_the_others_are_told(
    sending: Sending, ledger: Ledger, clock: Clock
) -> None:
    submission = Submission(NAME, EMERGENCY, reason="いま逃走中のため")
    assert await sending.submit(submission, HANAKO) is Submitted.SENT
    (entry,) = ledger.audit.newest(1)
    assert (entry.deed, entry.actor, entry.detail) == (Deed.SENT_ALONE, "hanako", "いま逃走中のため")
    assert [alone.why_alone for alone in ledger.sent_alone.untold("jiro", NOW_THERE)] == ["いま逃走中のため"]
    assert ledger.sent_alone.untold("hanako", NOW_THERE) == []
    ledger.sent_alone.tell(NAME, 1, "jiro", clock.now)
    assert ledger.sent_alone.untold("jiro", NOW_THERE) == []
    assert len(ledger.sent_alone.untold("saburo", NOW_THERE)) == 1


@pytest.mark.parametrize(
    "submission",
    [
        Submission(NAME, EMERGENCY),
        Submission(NAME, EMERGENCY, reason=" \n"),
        Submission(NAME, EMERGENCY, reason="\u200b"),
        Submission(NAME, IMPORTANT, reason="急ぐため"),
        Submission(NAME, EMERGENCY, timing=AT_TEN, reason="急ぐため"),
    ],
    ids=[
        "without a reason",
        "with an empty one",
        "with one that cannot be seen",
        "not an emergency",
        "with time to ask",
    ],
)
async def test_without_a_good_reason_it_waits(sending: Sending, ledger: Ledger, submission: Submission) -> None:
    assert await sending.submit(submission, HANAKO) is Submitted.WAITING
    assert alerts(ledger) == []


async def test_what_is_planned_is_kept_until_its_time_and_can_be_recalled(sending: Sending, ledger: Ledger) -> None:
    assert await sending.submit(notice(), HANAKO) is Submitted.SCHEDULED
    (planned,) = ledger.submissions.in_state(State.PLANNED)
    assert (planned.next_at, planned.timing) == (TEN, AT_TEN)
    assert ledger.drafts.unsent() == []
    await sending.recall(NAME, planned.version, JIRO)
    assert [draft.identifier for draft in ledger.drafts.unsent()] == [NAME]
    assert deeds(ledger) == [("hanako", Deed.PLANNED), ("jiro", Deed.RECALLED)]


async def test_what_was_approved_stays_so_when_a_day_is_left_out_and_put_back(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(EVERY_DAY_AT_TEN), HANAKO)
    await sending.approve(NAME, 1, JIRO)
    (approved,) = ledger.submissions.in_state(State.PLANNED)
    await sending.series.leave_out(NAME, approved.version, TEN.date(), HANAKO)
    (shorter,) = ledger.submissions.in_state(State.PLANNED)
    assert (shorter.next_at, shorter.timing.left_out) == (TEN + DAY, frozenset({TEN.date()}))
    assert (shorter.approved_by, shorter.left_out_by) == ("jiro", "hanako")
    await sending.series.put_back(NAME, shorter.version, TEN.date(), SABURO)
    (whole,) = ledger.submissions.in_state(State.PLANNED)
    assert (whole.next_at, whole.timing, whole.approved_by) == (TEN, EVERY_DAY_AT_TEN, "jiro")
    assert deeds(ledger)[-2:] == [("hanako", Deed.LEFT_OUT), ("saburo", Deed.PUT_BACK)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the earlier first", "the later first"])
async def test_days_are_put_back_in_any_order(sending: Sending, ledger: Ledger, order: tuple[int, int]) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    for ahead in (0, 1):
        await sending.series.leave_out(NAME, 1 + ahead, (TEN + DAY * ahead).date(), HANAKO)
    for number, ahead in enumerate(order):
        await sending.series.put_back(NAME, 3 + number, (TEN + DAY * ahead).date(), HANAKO)
        (stands,) = ledger.submissions.in_state(State.PLANNED)
        assert stands.next_at == TEN + DAY * min(order[: number + 1])
    assert stands.timing == EVERY_DAY_AT_TEN


async def test_the_last_day_is_not_left_out(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(notice(replace(EVERY_DAY_AT_TEN, until=TEN.date())), HANAKO)
    with pytest.raises(DraftError, match="no day is left"):
        await sending.series.leave_out(NAME, 1, TEN.date(), HANAKO)
    (stands,) = ledger.submissions.in_state(State.PLANNED)
    assert (stands.version, stands.timing.left_out) == (1, frozenset())


async def test_of_two_who_leave_out_a_day_one_is_told(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    results = await raced(
        sending.series.leave_out(NAME, 1, TEN.date(), HANAKO), sending.series.leave_out(NAME, 1, TEN.date(), JIRO)
    )
    assert sorted(isinstance(result, DraftMoved) for result in results) == [False, True]
    (stands,) = ledger.submissions.in_state(State.PLANNED)
    assert stands.timing.left_out == {TEN.date()}


async def test_planned_anew_it_goes_out_on_each_day_that_was_chosen_then(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(notice(EVERY_DAY_AT_TEN), HANAKO)
    await sending.series.leave_out(NAME, 1, TEN.date(), HANAKO)
    await sending.recall(NAME, 2, HANAKO)
    await sending.submit(replace(notice(EVERY_DAY_AT_TEN), version=3), HANAKO)
    (stands,) = ledger.submissions.in_state(State.PLANNED)
    assert (stands.next_at, stands.timing, stands.left_out_by) == (TEN, EVERY_DAY_AT_TEN, "")


async def test_approving_what_has_a_time_plans_it(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(EVERY_DAY_AT_TEN), HANAKO)
    assert await sending.approve(NAME, 1, JIRO) is Submitted.SCHEDULED
    (planned,) = ledger.submissions.in_state(State.PLANNED)
    assert (planned.next_at, planned.approved_by) == (TEN, "jiro")


async def test_what_waited_beyond_its_time_goes_out_when_it_is_approved(
    sending: Sending, ledger: Ledger, clock: Clock
) -> None:
    await sending.submit(important(AT_TEN), HANAKO)
    clock.move(days=3)
    assert await sending.approve(NAME, 1, JIRO) is Submitted.SENT
    assert ledger.alerts.newest(1)[0].alert.sent == clock.now


async def test_a_series_whose_days_are_over_cannot_be_approved(sending: Sending, clock: Clock, ledger: Ledger) -> None:
    await sending.submit(important(EVERY_DAY_AT_TEN), HANAKO)
    clock.move(days=10)
    with pytest.raises(DraftError):
        await sending.approve(NAME, 1, JIRO)
    assert alerts(ledger) == []


async def test_what_is_sent_back_is_a_draft_again_with_the_note(sending: Sending, ledger: Ledger, clock: Clock) -> None:
    await sending.submit(important(), HANAKO)
    await sending.send_back(NAME, 1, " 場所を書いてください ", JIRO)
    (draft,) = ledger.drafts.unsent()
    stands = ledger.submissions.get(NAME)
    assert stands is not None
    assert (stands.state, stands.note, stands.noted_by) == (State.RETURNED, "場所を書いてください", "jiro")
    better = replace(IMPORTANT, body="北地区で不審な電話がありました。")
    saved = ledger.drafts.save(NAME, draft.version, better, "hanako", clock.now)
    assert await sending.submit(Submission(NAME, better, saved.version), HANAKO) is Submitted.WAITING
    again = ledger.submissions.get(NAME)
    assert again is not None
    assert again.note == ""
    assert await sending.approve(NAME, again.version, JIRO) is Submitted.SENT
    assert ledger.alerts.newest(1)[0].alert.body == better.body


async def test_sending_back_without_a_word_is_refused(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), HANAKO)
    with pytest.raises(DraftError) as refused:
        await sending.send_back(NAME, 1, "  ", JIRO)
    assert [problem.field for problem in refused.value.problems] == ["note"]
    assert len(ledger.submissions.in_state(State.WAITING)) == 1


@pytest.mark.parametrize("timing", [NOW, AT_TEN], ids=["waiting", "planned"])
async def test_what_was_submitted_can_be_neither_edited_nor_thrown_away(
    sending: Sending, ledger: Ledger, clock: Clock, timing: Timing
) -> None:
    await sending.submit(important(timing) if timing.is_now else notice(timing), HANAKO)
    for seen in (0, 1, version(ledger)):
        with pytest.raises(DraftMoved):
            ledger.drafts.save(NAME, seen, replace(NOTICE, headline="別の文"), "jiro", clock.now)
        with pytest.raises(DraftMoved):
            ledger.drafts.discard(NAME, seen, "jiro", clock.now)
    assert Deed.DRAFT_DISCARDED not in {entry.deed for entry in ledger.audit.newest(9)}
    stands = ledger.submissions.get(NAME)
    assert stands is not None
    assert stands.written.headline != "別の文"


async def test_who_has_the_draft_open_elsewhere_is_told_that_it_was_submitted(
    sending: Sending, ledger: Ledger, clock: Clock
) -> None:
    saved = ledger.drafts.save(NAME, 0, IMPORTANT, "jiro", clock.now)
    await sending.submit(Submission(NAME, IMPORTANT, saved.version), HANAKO)
    with pytest.raises(DraftMoved) as moved:
        ledger.drafts.save(NAME, saved.version, replace(IMPORTANT, headline="別の文"), "jiro", clock.now)
    assert moved.value.now is not None
    assert moved.value.now.version == saved.version + 1


async def test_what_goes_out_is_what_was_seen(sending: Sending, ledger: Ledger, clock: Clock) -> None:
    seen = ledger.drafts.save(NAME, 0, NOTICE, "hanako", clock.now)
    ledger.drafts.save(NAME, 1, replace(NOTICE, headline="別の文"), "jiro", clock.now)
    with pytest.raises(DraftMoved):
        await sending.submit(Submission(NAME, NOTICE, seen.version), HANAKO)
    with pytest.raises(DraftMoved):
        await sending.submit(Submission(NAME, NOTICE), HANAKO)
    assert alerts(ledger) == []


@pytest.mark.parametrize(
    ("submission", "outcome"),
    [(notice(NOW), Submitted.SENT), (notice(), Submitted.SCHEDULED), (important(), Submitted.WAITING)],
)
async def test_a_form_that_is_sent_twice_is_taken_once(
    sending: Sending, ledger: Ledger, submission: Submission, outcome: Submitted
) -> None:
    assert await raced(*(sending.submit(submission, HANAKO) for _ in range(3))) == [outcome] * 3
    assert len(deeds(ledger)) == 1
    assert len(alerts(ledger)) == (outcome is Submitted.SENT)


async def test_of_two_who_send_the_same_draft_one_is_told(sending: Sending, ledger: Ledger, clock: Clock) -> None:
    ledger.drafts.save(NAME, 0, NOTICE, "hanako", clock.now)
    submission = Submission(NAME, NOTICE, 1)
    results = await raced(sending.submit(submission, HANAKO), sending.submit(submission, JIRO))
    assert told(results) == 1
    assert Submitted.SENT in results
    assert alerts(ledger) == [NAME]


async def test_of_two_who_approve_one_is_told_and_one_alert_goes_out(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), HANAKO)
    results = await raced(sending.approve(NAME, 1, JIRO), sending.approve(NAME, 1, SABURO))
    assert told(results) == 1
    assert Submitted.SENT in results
    assert alerts(ledger) == [NAME]
    assert [deed for _, deed in deeds(ledger)].count(Deed.APPROVED) == 1


async def test_of_one_who_approves_and_one_who_recalls_one_is_told(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), HANAKO)
    results = await raced(sending.approve(NAME, 1, JIRO), sending.recall(NAME, 1, HANAKO))
    assert told(results) == 1
    was_sent = results[0] is Submitted.SENT
    assert alerts(ledger) == ([NAME] if was_sent else [])
    assert bool(ledger.drafts.unsent()) is not was_sent


async def test_of_one_who_sends_back_and_one_who_recalls_one_is_told(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(), HANAKO)
    results = await raced(sending.send_back(NAME, 1, "直してください", JIRO), sending.recall(NAME, 1, HANAKO))
    assert told(results) == 1
    assert len(ledger.drafts.unsent()) == 1


async def test_a_stale_page_recalls_nothing(sending: Sending, ledger: Ledger) -> None:
    await sending.submit(important(AT_TEN), HANAKO)
    await sending.approve(NAME, 1, JIRO)
    with pytest.raises(DraftMoved):
        await sending.recall(NAME, 1, HANAKO)
    assert len(ledger.submissions.in_state(State.PLANNED)) == 1


@pytest.mark.parametrize(
    ("submission", "field"),
    [
        (notice(written=replace(NOTICE, headline="")), "headline"),
        (notice(written=replace(NOTICE, audience="areas", areas=("atlantis",))), "audience"),
        (notice(Timing(NOW_THERE)), "at"),
    ],
)
async def test_what_cannot_be_sent_is_not_kept_for_later_either(
    sending: Sending, ledger: Ledger, submission: Submission, field: str
) -> None:
    with pytest.raises(DraftError) as refused:
        await sending.submit(submission, HANAKO)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert ledger.drafts.get(NAME) is None


async def test_without_a_voice_it_goes_out_all_the_same(sending: Sending, ledger: Ledger, voice: FakeVoice) -> None:
    voice.broken = True
    assert await sending.submit(notice(NOW), HANAKO) is Submitted.SENT
    assert ledger.alerts.newest(1)[0].alert.reading is None


async def test_whoever_has_sent_waits_until_it_is_out_and_no_longer(ledger: Ledger, sending: Sending) -> None:
    ledger.broker.record(True, "", NOW_THERE)
    await sending.submit(notice(NOW), HANAKO)
    waiting = asyncio.create_task(sending.wait_until_out())
    due = await asyncio.to_thread(ledger.outbox.due, NOW_THERE)
    assert due
    assert not waiting.done(), "it is on its way, and not out"
    await asyncio.to_thread(ledger.outbox.settle, [(item, None) for item in due], NOW_THERE)
    async with asyncio.timeout(OUT_SECONDS / 2):
        await waiting


async def test_nobody_waits_for_a_broker_that_is_away(ledger: Ledger, sending: Sending) -> None:
    ledger.broker.record(False, "gone", NOW_THERE)
    await sending.submit(notice(NOW), HANAKO)
    async with asyncio.timeout(OUT_SECONDS / 2):
        await sending.wait_until_out()
    assert ledger.outbox.has_waiting()


async def test_nobody_waits_long_for_a_broker_that_does_not_answer(ledger: Ledger, sending: Sending) -> None:
    ledger.broker.record(True, "", NOW_THERE)
    await sending.submit(notice(NOW), HANAKO)
    async with asyncio.timeout(30):
        await sending.wait_until_out()
    assert ledger.outbox.has_waiting()
