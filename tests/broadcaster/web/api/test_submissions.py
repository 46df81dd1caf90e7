"""What waits for a second person or for its time, through the interface."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed
from broadcaster.domain.policy import Approval
from broadcaster.domain.service import Step
from broadcaster.domain.tokens import Scope
from broadcaster.ledger import Ledger
from broadcaster.ledger.answers import Answers
from broadcaster.sending import Sending
from broadcaster.web.site import Site
from kokuchi.wire import Level
from tests.broadcaster.web.api.program import CONTENT, Program, make_token, problem_of
from tests.broadcaster.web.town import NOW, TOWN, Clock, FakeVoice, accept

TIMING: dict[str, Any] = {"at": "2026-11-25T10:00:00+09:00", "days": [2, 3], "until": "2026-12-25"}


@pytest.fixture
def program(app: FastAPI, ledger: Ledger, voice: FakeVoice, clock: Clock) -> Program:
    """A program in a town where two have to agree about what is important."""
    site: Site = app.state.site
    town = TOWN.model_copy(update={"approval": Approval(levels=frozenset({Level.IMPORTANT, Level.EMERGENCY}))})
    object.__setattr__(site, "sending", Sending(ledger, town, voice, clock))
    return Program(app, make_token(ledger))


@pytest.fixture
def approver(app: FastAPI, ledger: Ledger) -> Program:
    return Program(app, make_token(ledger, Scope.ALERTS_APPROVE, name="当直"))


async def waiting(program: Program) -> tuple[str, dict[str, str]]:
    """Submit an alert that waits, and return its address and what to name in If-Match."""
    sent = await program.post("/alerts", CONTENT)
    assert (sent.status_code, sent.json()["submitted"]) == (201, "waiting")
    path = f"/submissions/{sent.json()['identifier']}"
    assert sent.headers["location"] == f"/api/v1{path}"
    return path, {"if-match": (await program.get(path)).headers["etag"]}


async def test_what_needs_a_second_person_waits_and_goes_out_when_another_token_approves(
    program: Program, approver: Program, ledger: Ledger
) -> None:
    path, seen = await waiting(program)
    assert ledger.alerts.newest(1) == []
    assert [each["state"] for each in (await approver.get("/submissions")).json()["submissions"]] == ["waiting"]
    assert problem_of(await program.post(f"{path}/approval", **seen)) == (403, "forbidden")
    assert problem_of(await approver.post(f"{path}/approval", **{"if-match": '"9"'})) == (412, "moved")
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Answers, "finish")
        assert problem_of(await approver.post(f"{path}/approval", key="1", **seen)) == (500, "failed")
    approved = await approver.post(f"{path}/approval", key="1", **seen)
    assert (approved.status_code, approved.json()["approved_by"]) == (200, "api:当直")
    (accepted,) = ledger.alerts.newest(10)
    assert accepted.alert.headline == CONTENT["headline"]


async def test_what_is_sent_back_is_a_draft_again_with_the_note(program: Program, approver: Program) -> None:
    path, seen = await waiting(program)
    empty = await approver.post(f"{path}/return", {"note": " "}, **seen)
    assert problem_of(empty) == (422, "not-sendable")
    back = await approver.post(f"{path}/return", {"note": "時刻を書いてください。"}, **seen)
    assert (back.json()["state"], back.json()["note"]) == ("returned", "時刻を書いてください。")
    assert len((await program.get("/drafts")).json()["drafts"]) == 1


async def test_an_emergency_goes_out_alone_with_a_reason(program: Program, ledger: Ledger) -> None:
    sent = await program.post("/alerts", {**CONTENT, "level": "emergency", "reason": "夜間で一人です。"})
    assert sent.json()["submitted"] == "sent"
    assert ledger.audit.newest(1)[0].detail == "夜間で一人です。"
    alert = (await program.get(f"/alerts/{sent.json()['identifier']}")).json()
    assert alert["why_alone"] == "夜間で一人です。"


async def test_a_correction_does_not_wait_and_needs_a_reason_instead(program: Program, ledger: Ledger) -> None:
    alert = accept(ledger)
    path, content = f"/alerts/{alert.identifier}/corrections", {"revision": 1, "headline": "訂正", "body": "別の文。"}
    refused = await program.post(path, {**content, "reason": " "}, key="1")
    assert problem_of(refused) == (422, "not-sendable")
    assert [error["field"] for error in refused.json()["errors"]] == ["reason"]
    for _ in range(2):
        corrected = await program.post(path, {**content, "reason": "時刻がちがいます。"}, key="2")
        assert (corrected.status_code, corrected.json()["revision"]) == (201, 2)
    revisions = (await program.get(f"/alerts/{alert.identifier}/revisions")).json()["revisions"]
    assert [revision["why_alone"] for revision in revisions] == ["時刻がちがいます。", ""]
    entry = ledger.audit.newest(1)[0]
    assert (entry.deed, entry.detail) == (Deed.CORRECTED_ALONE, "時刻がちがいます。")
    assert [told.alert.revision for told in ledger.sent_alone.untold("hanako", alert.sent)] == [2]
    withdrawn = await program.post(f"/alerts/{alert.identifier}/withdrawal", {"revision": 2})
    assert withdrawn.status_code == 201


async def test_what_is_planned_is_listed_and_recalled(program: Program, app: FastAPI, ledger: Ledger) -> None:
    sent = await program.post("/alerts", {**CONTENT, "level": "notice", "timing": TIMING})
    assert sent.json()["submitted"] == "scheduled"
    (found,) = (await program.get("/submissions", params={"state": "planned"})).json()["submissions"]
    assert (found["days"], found["until"], found["next_at"]) == ([2, 3], "2026-12-25", "2026-11-25T01:00:00Z")
    path = f"/submissions/{found['identifier']}"
    headers = {"if-match": f'"{found["version"]}"'}
    recalled = [await program.post(f"{path}/recall", key="1", **headers) for _ in range(2)]
    assert [answer.json()["state"] for answer in recalled] == ["returned", "returned"]
    other = Program(app, make_token(ledger, name="other"))
    assert problem_of(await other.post(f"{path}/recall", **headers)) == (412, "moved")
    assert ledger.alerts.newest(1) == []


async def planned(program: Program, **changes: Any) -> tuple[str, dict[str, str]]:
    """Plan a series whose next day is 25 November, and return its address and what to name in If-Match."""
    sent = await program.post("/alerts", {**CONTENT, "level": "notice", "timing": {**TIMING, **changes}})
    path = f"/submissions/{sent.json()['identifier']}"
    return path, {"if-match": (await program.get(path)).headers["etag"]}


async def test_the_next_day_of_a_series_is_left_out_and_put_back_once_however_often_it_is_asked(
    program: Program, ledger: Ledger
) -> None:
    path, seen = await planned(program)
    assert (await program.get(path)).json()["left_out"] == []
    for key in ("1", "1", "2"):
        left_out = await program.post(f"{path}/leave-out", {"day": "2026-11-25"}, key=key, **seen)
        assert (left_out.status_code, left_out.json()["left_out"]) == (200, ["2026-11-25"])
        assert left_out.json()["next_at"] == "2026-11-26T01:00:00Z"
    assert problem_of(await program.post(f"{path}/recall", **seen)) == (412, "moved")
    now = {"if-match": left_out.headers["etag"]}
    for key in ("3", "3", "4"):
        back = await program.post(f"{path}/put-back", {"day": "2026-11-25"}, key=key, **now)
        assert (back.json()["left_out"], back.json()["next_at"]) == ([], "2026-11-25T01:00:00Z")
    assert [entry.deed for entry in ledger.audit.newest(2)] == [Deed.PUT_BACK, Deed.LEFT_OUT]
    assert {entry.actor for entry in ledger.audit.newest(2)} == {"api:防災メール"}


async def test_a_day_that_cannot_be_left_out_or_put_back_is_told(
    program: Program, app: FastAPI, ledger: Ledger, clock: Clock
) -> None:
    path, seen = await planned(program, until="2026-11-26")
    for act, day, field in [
        ("leave-out", "2026-11-26", "day"),
        ("put-back", "2026-11-25", "day"),
        ("leave-out", "2026-12-31", "day"),
    ]:
        refused = await program.post(f"{path}/{act}", {"day": day}, **seen)
        assert problem_of(refused) == (422, "not-sendable"), (act, day)
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert problem_of(await program.post(f"{path}/leave-out", {"day": "tomorrow"}, **seen)) == (422, "invalid")
    left_out = await program.post(f"{path}/leave-out", {"day": "2026-11-25"}, **seen)
    now = {"if-match": left_out.headers["etag"]}
    last = await program.post(f"{path}/leave-out", {"day": "2026-11-26"}, **now)
    assert [error["field"] for error in last.json()["errors"]] == ["recall"]
    other = Program(app, make_token(ledger, name="other"))
    assert problem_of(await other.post(f"{path}/leave-out", {"day": "2026-11-25"}, **seen)) == (412, "moved")
    clock.now += timedelta(days=1)
    lasting = Program(app, make_token(ledger, name="lasting", days=3))
    late = await lasting.post(f"{path}/put-back", {"day": "2026-11-25"}, **now)
    assert problem_of(late) == (422, "not-sendable")
    nothing = await lasting.post("/submissions/nothing/leave-out", {"day": "2026-11-25"}, **now)
    assert problem_of(nothing) == (404, "not-found")


async def test_one_that_is_sent_once_has_no_day_to_leave_out(program: Program) -> None:
    path, seen = await planned(program, days=[], until=None)
    refused = await program.post(f"{path}/leave-out", {"day": "2026-11-25"}, **seen)
    assert [error["field"] for error in refused.json()["errors"]] == ["recall"]


async def test_a_chosen_terminal_out_of_service_is_not_addressed_and_the_others_are(
    program: Program, ledger: Ledger
) -> None:
    ledger.service.step(Step.SUSPEND, ["t-3"], "hanako", NOW)
    chosen = {**CONTENT, "level": "notice", "audience": {"kind": "terminals", "members": ["t-1", "t-3"]}}
    assert (await program.post("/checks", chosen)).json()["addressed"] == 1
    sent = await program.post("/alerts", chosen)
    (accepted,) = ledger.alerts.newest(9)
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1"]
    ledger.service.step(Step.RESUME, ["t-3"], "hanako", NOW)
    lines = ledger.deliveries.of_alert(accepted.row)
    assert [line.terminal.id for line in lines] == ["t-1", "t-3"], "it is for it too, once it is back"
    assert sent.status_code == 201
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    nobody = await program.post("/alerts", {**chosen, "audience": {"kind": "terminals", "members": ["t-3"]}})
    assert problem_of(nobody) == (422, "not-sendable")


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        ({"at": "2026-11-20T10:00:00+09:00"}, "at"),
        ({**TIMING, "until": None}, "until"),
        ({**TIMING, "days": [7]}, "days"),
    ],
)
async def test_a_time_that_cannot_be_is_told(program: Program, timing: dict[str, Any], field: str) -> None:
    response = await program.post("/alerts", {**CONTENT, "timing": timing})
    assert problem_of(response) == (422, "not-sendable")
    assert [error["field"] for error in response.json()["errors"]] == [field]
