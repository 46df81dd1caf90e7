"""Whoever asks twice is answered twice, and nothing is sent twice: Idempotency-Key (promise 1)."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.answers import Answers
from broadcaster.sending import Sending
from tests.broadcaster.web.api.program import CONTENT, Program, make_token, problem_of
from tests.broadcaster.web.town import NOW, Clock, FakeVoice, accept

DRAFT = "20261124T010000Z-0a1b2c3d"


def keep_draft(ledger: Ledger) -> None:
    ledger.drafts.save(DRAFT, 0, Written(category="scam", headline="下書き", body="本文"), "hanako", NOW)


async def test_the_same_key_with_the_same_request_has_the_same_answer(
    program: Program, ledger: Ledger, clock: Clock
) -> None:
    first = await program.post("/alerts", CONTENT, key="8e03978e")
    clock.move(hours=23)
    again = await program.post("/alerts", CONTENT, key="8e03978e")
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert first.headers["location"] == again.headers["location"]
    assert len(ledger.alerts.newest(10)) == 1
    assert (await program.client.get(first.headers["location"])).json()["headline"] == CONTENT["headline"]


async def test_a_key_is_forgotten_after_a_day(app: FastAPI, ledger: Ledger, clock: Clock) -> None:
    program = Program(app, make_token(ledger, days=3))
    await program.post("/alerts", CONTENT, key="8e03978e")
    clock.move(hours=24)
    assert (await program.post("/alerts", CONTENT, key="8e03978e")).status_code == 201
    assert len(ledger.alerts.newest(10)) == 2
    assert len(list(ledger.connections.read().execute("SELECT * FROM api_answers"))) == 1


async def test_the_same_key_with_another_request_is_refused(program: Program, ledger: Ledger) -> None:
    await program.post("/alerts", CONTENT, key="8e03978e")
    other = await program.post("/alerts", {**CONTENT, "headline": "ほかの話"}, key="8e03978e")
    assert problem_of(other) == (422, "key-reused")
    assert problem_of(await program.post("/drafts", CONTENT, key="8e03978e")) == (422, "key-reused")
    assert len(ledger.alerts.newest(10)) == 1
    assert ledger.drafts.get("8e03978e") is None


async def test_two_programs_may_use_the_same_key(program: Program, app: FastAPI, ledger: Ledger) -> None:
    other = Program(app, make_token(ledger, name="other"))
    answers = [await one.post("/alerts", CONTENT, key="1") for one in (program, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(ledger.alerts.newest(10)) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/alerts",
        "/alerts/{alert}/corrections",
        "/alerts/{alert}/withdrawal",
        "/drafts",
        f"/drafts/{DRAFT}/submission",
    ],
)
async def test_without_a_key_nothing_is_sent_or_made(program: Program, ledger: Ledger, path: str) -> None:
    alert = accept(ledger).identifier
    keep_draft(ledger)
    content = CONTENT if path in ("/alerts", "/drafts") else {"revision": 1, "headline": "新", "body": "文"}
    if path.endswith("withdrawal"):
        content = {"revision": 1}
    if path.endswith("submission"):
        content = {}
    for headers in ({}, {"idempotency-key": "日本"}, {"idempotency-key": "a" * 101}, {"idempotency-key": "a b"}):
        encoded = {name.encode(): value.encode() for name, value in {**headers, "if-match": '"1"'}.items()}
        response = await program.client.post(f"/api/v1{path.format(alert=alert)}", json=content, headers=encoded)
        assert problem_of(response) == (400, "malformed")
        assert [error["field"] for error in response.json()["errors"]] == ["Idempotency-Key"]
    assert len(ledger.alerts.newest(10)) == 1
    assert len(ledger.drafts.unsent()) == 1


class Crashed(Exception):  # noqa: N818 - reads as what it says
    """The centre ended here."""


def before_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise Crashed

    monkeypatch.setattr(Sending, "submit", crash)


def after_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise Crashed

    monkeypatch.setattr(Answers, "finish", crash)


@pytest.mark.parametrize("moment", [before_the_act, after_the_act])
async def test_an_alert_whose_answer_was_lost_is_not_sent_again(
    program: Program, ledger: Ledger, clock: Clock, moment: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """What the ledger holds after a crash is what the next request meets, minutes later."""
    with pytest.MonkeyPatch.context() as patch:
        moment(patch)
        assert problem_of(await program.post("/alerts", CONTENT, key="8e03978e")) == (500, "failed")
    sent_before = [accepted.alert.identifier for accepted in ledger.alerts.newest(10)]
    assert len(sent_before) == (moment is after_the_act)
    clock.move(minutes=10)
    answers = [await program.post("/alerts", CONTENT, key="8e03978e") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    (accepted,) = ledger.alerts.newest(10)
    assert [answer.json()["identifier"] for answer in answers] == [accepted.alert.identifier] * 2
    assert sent_before in ([], [accepted.alert.identifier])
    assert len([entry for entry in ledger.audit.newest(10) if entry.deed == "sent"]) == 1


async def test_a_correction_and_a_withdrawal_whose_answers_were_lost_are_not_sent_again(
    program: Program, ledger: Ledger
) -> None:
    alert = accept(ledger).identifier
    correction = {"revision": 1, "headline": "新しい", "body": "文"}
    for path, content, revision in [("corrections", correction, 2), ("withdrawal", {"revision": 2}, 3)]:
        with pytest.MonkeyPatch.context() as patch:
            after_the_act(patch)
            response = await program.post(f"/alerts/{alert}/{path}", content, key=path)
            assert problem_of(response) == (500, "failed")
        response = await program.post(f"/alerts/{alert}/{path}", content, key=path)
        assert (response.status_code, response.json()["revision"]) == (201, revision)
    assert len((await program.get(f"/alerts/{alert}/revisions")).json()["revisions"]) == 3


async def test_a_draft_whose_answer_was_lost_is_kept_once_and_sent_once(program: Program, ledger: Ledger) -> None:
    with pytest.MonkeyPatch.context() as patch:
        after_the_act(patch)
        await program.post("/drafts", CONTENT, key="make")
    made = await program.post("/drafts", CONTENT, key="make")
    assert made.status_code == 201
    assert [draft.identifier for draft in ledger.drafts.unsent()] == [made.json()["identifier"]]
    path, etag = f"/drafts/{made.json()['identifier']}/submission", made.headers["etag"]
    with pytest.MonkeyPatch.context() as patch:
        after_the_act(patch)
        assert problem_of(await program.post(path, {}, key="send", **{"if-match": etag})) == (500, "failed")
    sent = await program.client.post(f"/api/v1{path}", json={}, headers={"idempotency-key": "send", "if-match": etag})
    assert sent.status_code == 201
    assert [accepted.alert.identifier for accepted in ledger.alerts.newest(10)] == [made.json()["identifier"]]


async def test_a_request_that_is_still_being_answered_is_not_begun_again(
    program: Program, ledger: Ledger, voice: FakeVoice
) -> None:
    voice.seconds = 0.2
    answers = await asyncio.gather(*(program.post("/alerts", CONTENT, key="1") for _ in range(4)))
    sent = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["identifier"] for answer in sent}) == 1
    refused = [answer for answer in answers if answer.status_code != 201]
    assert [problem_of(answer) for answer in refused] == [(409, "running")] * 3
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    again = await program.post("/alerts", CONTENT, key="1")
    assert again.content == sent[0].content
    assert len(ledger.alerts.newest(10)) == 1


async def test_two_programs_that_send_one_draft_send_one_alert(program: Program, app: FastAPI, ledger: Ledger) -> None:
    keep_draft(ledger)
    other = Program(app, make_token(ledger, name="other"))
    headers = {"if-match": '"1"'}
    answers = await asyncio.gather(
        *(
            one.client.post(
                f"/api/v1/drafts/{DRAFT}/submission", json={}, headers={**headers, "idempotency-key": f"{number}"}
            )
            for number, one in enumerate([program, other, program, other])
        )
    )
    assert 201 in {answer.status_code for answer in answers}
    assert all(answer.status_code == 201 or problem_of(answer) == (412, "moved") for answer in answers)
    assert [accepted.alert.identifier for accepted in ledger.alerts.newest(10)] == [DRAFT]
    assert len([entry for entry in ledger.audit.newest(20) if entry.deed == "sent"]) == 1


async def test_a_refusal_is_not_kept_since_it_has_changed_nothing(program: Program, ledger: Ledger) -> None:
    alert = accept(ledger).identifier
    early = {"revision": 2}
    assert problem_of(await program.post(f"/alerts/{alert}/withdrawal", early, key="1")) == (409, "overtaken")
    await program.post(f"/alerts/{alert}/corrections", {"revision": 1, "headline": "新しい", "body": "文"})
    assert (await program.post(f"/alerts/{alert}/withdrawal", early, key="1")).status_code == 201


async def test_a_key_in_quotes_as_structured_fields_write_it_is_a_key_too(program: Program, ledger: Ledger) -> None:
    answers = [await program.post("/alerts", CONTENT, key='"8e03978e-40d5"') for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(ledger.alerts.newest(10)) == 1
