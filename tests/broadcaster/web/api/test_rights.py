"""Who may do what through the interface (promise 10)."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.domain.tokens import Scope
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from kokuchi.database import sqlite_of
from kokuchi.wire.fields import iso
from tests.broadcaster.web.api.program import CONTENT, EVERYTHING, Program, make_token, problem_of
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_requests import ask
from tests.broadcaster.web.town import NOW, Clock, accept

OPERATIONS: list[tuple[str, str, Any, Scope | None]] = [
    ("GET", "/alerts", None, Scope.ALERTS_READ),
    ("GET", "/alerts/{alert}", None, Scope.ALERTS_READ),
    ("GET", "/alerts/{alert}/revisions", None, Scope.ALERTS_READ),
    ("GET", "/alerts/{alert}/deliveries", None, Scope.ALERTS_READ),
    ("POST", "/alerts", CONTENT, Scope.ALERTS_SEND),
    ("POST", "/alerts/{alert}/corrections", {"revision": 1, "headline": "新しい", "body": "文"}, Scope.ALERTS_SEND),
    ("POST", "/alerts/{alert}/withdrawal", {"revision": 2}, Scope.ALERTS_SEND),
    ("GET", "/drafts", None, Scope.DRAFTS_WRITE),
    ("POST", "/drafts", CONTENT, Scope.DRAFTS_WRITE),
    ("GET", "/drafts/{draft}", None, Scope.DRAFTS_WRITE),
    ("PUT", "/drafts/{draft}", CONTENT, Scope.DRAFTS_WRITE),
    ("POST", "/drafts/{draft}/submission", {}, Scope.ALERTS_SEND),
    ("DELETE", "/drafts/{other}", None, Scope.DRAFTS_WRITE),
    ("GET", "/terminals", None, Scope.TERMINALS_READ),
    ("GET", "/terminals/t-1", None, Scope.TERMINALS_READ),
    ("GET", "/requests", None, Scope.REQUESTS_READ),
    ("POST", "/requests/1/take", None, Scope.REQUESTS_WRITE),
    ("POST", "/requests/1/done", None, Scope.REQUESTS_WRITE),
    ("POST", "/requests/1/reopen", None, Scope.REQUESTS_WRITE),
    ("GET", "/town", None, None),
    ("GET", "/health", None, None),
]
"""Every operation but the check of a text, for which either of two scopes is enough, in an order that works."""


OTHER = "20261124T010100Z-0a1b2c3d"
"""A draft that is thrown away, since the first one is submitted."""


def named(path: str) -> str:
    """Return the path as the contract has it."""
    path = path.replace("/t-1", "/{{terminal}}").replace("/requests/1/", "/requests/{{id}}/")
    return path.format(alert="{identifier}", draft="{identifier}", other="{identifier}")


async def do_all(program: Program, alert: str, draft: str) -> dict[tuple[str, str], httpx.Response]:
    """Do everything, as one after the other would."""
    found = {}
    version = 1
    for number, (method, path, content, _) in enumerate(OPERATIONS):
        seen = 1 if "{other}" in path else version
        headers = {"if-match": f'"{seen}"', "idempotency-key": f"key-{number}"}
        address = f"/api/v1{path.format(alert=alert, draft=draft, other=OTHER)}"
        found[method, path] = await program.client.request(method, address, json=content, headers=headers)
        version += method == "PUT" and found[method, path].status_code == 200
    return found


def prepare(ledger: Ledger) -> tuple[str, str]:
    ask(ledger)
    alert = accept(ledger).identifier
    draft = "20261124T010000Z-0a1b2c3d"
    ledger.drafts.save(OTHER, 0, Written(category="scam"), "hanako", NOW)
    ledger.drafts.save(draft, 0, Written(category="scam", headline="下書き", body="本文"), "hanako", NOW)
    return alert, draft


def contents(ledger: Ledger) -> list[str]:
    """Return all that the ledger holds, but for when tokens were used."""
    return [line for line in sqlite_of(ledger.connections).read().conn.iterdump() if "api_tokens" not in line]


async def test_the_list_of_operations_is_the_contracts(app: FastAPI) -> None:
    paths = app.state.api.openapi()["paths"]
    ours = {(method, named(path)) for method, path, *_ in OPERATIONS}
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == ours | {
        ("POST", "/checks"),
        ("GET", "/submissions"),
        ("GET", "/submissions/{identifier}"),
        ("POST", "/submissions/{identifier}/approval"),
        ("POST", "/submissions/{identifier}/return"),
        ("POST", "/submissions/{identifier}/recall"),
        ("POST", "/submissions/{identifier}/leave-out"),
        ("POST", "/submissions/{identifier}/put-back"),
    }


async def test_a_token_of_every_scope_can_do_everything(program: Program, ledger: Ledger) -> None:
    answers = await do_all(program, *prepare(ledger))
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 300} == {}


@pytest.mark.parametrize("scope", Scope)
async def test_a_token_of_one_scope_can_do_what_the_scope_says_and_nothing_else(
    app: FastAPI, ledger: Ledger, scope: Scope
) -> None:
    alert, draft = prepare(ledger)
    program = Program(app, make_token(ledger, scope))
    before = contents(ledger)
    answers = await do_all(program, alert, draft)
    for method, path, _, wanted in OPERATIONS:
        answer = answers[method, path]
        if wanted in (None, scope):
            assert answer.status_code < 300, (method, path, answer.text)
        else:
            assert problem_of(answer) == (403, "forbidden"), (method, path)
            assert answer.json()["scope"] == wanted
            assert "insufficient_scope" in answer.headers["www-authenticate"]
    if scope.value.endswith((":read", ":approve")):
        assert contents(ledger) == before


@pytest.mark.parametrize(
    ("scope", "status"), [(Scope.ALERTS_SEND, 200), (Scope.DRAFTS_WRITE, 200), (Scope.ALERTS_READ, 403)]
)
async def test_who_may_send_or_draft_may_have_a_text_checked(
    app: FastAPI, ledger: Ledger, scope: Scope, status: int
) -> None:
    response = await Program(app, make_token(ledger, scope)).post("/checks", CONTENT)
    assert response.status_code == status


@pytest.mark.parametrize(
    "scheme", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer x{token}"]
)
async def test_without_a_token_nothing_is_read_or_changed(app: FastAPI, ledger: Ledger, scheme: str) -> None:
    alert, draft = prepare(ledger)
    token = make_token(ledger)
    program = Program(app, None)
    if scheme:
        program.client.headers["authorization"] = scheme.format(token=token)
    before = contents(ledger)
    for (method, path), answer in (await do_all(program, alert, draft)).items():
        assert answer.status_code in (401, 429), (method, path)
        problem_of(answer)
        assert "佐藤" not in answer.text
    assert (await program.get("/nothing")).status_code in (401, 429)
    assert contents(ledger) == before


async def test_a_token_in_the_address_is_not_looked_at(app: FastAPI, ledger: Ledger) -> None:
    token = make_token(ledger)
    for name in ("access_token", "token", "authorization"):
        response = await Program(app, None).get("/town", params={name: token})
        assert problem_of(response) == (401, "unauthorized")
        assert response.headers["www-authenticate"].startswith("Bearer")


def revoke(ledger: Ledger, clock: Clock) -> None:
    ledger.tokens.revoke("防災メール", "hanako", clock())


def expire(_: Ledger, clock: Clock) -> None:
    clock.move(days=1)


def demote_its_maker(ledger: Ledger, _: Clock) -> None:
    with ledger.connections.write() as db:
        db.execute("UPDATE accounts SET role = 'author'")


def remove_its_maker(ledger: Ledger, _: Clock) -> None:
    with ledger.connections.write() as db:
        db.execute("DELETE FROM accounts")


def suspend_its_maker(ledger: Ledger, clock: Clock) -> None:
    with ledger.connections.write() as db:
        db.execute("UPDATE accounts SET suspended_at = ?", [iso(clock())])


@pytest.mark.parametrize("end", [revoke, expire, demote_its_maker, remove_its_maker, suspend_its_maker])
async def test_a_token_that_has_ended_opens_nothing_from_that_moment_on(
    app: FastAPI, ledger: Ledger, clock: Clock, end: Callable[[Ledger, Clock], None]
) -> None:
    program = Program(app, make_token(ledger, made_by="<b>kanri</b>"))
    assert (await program.get("/town")).status_code == 200
    end(ledger, clock)
    response = await program.post("/alerts", CONTENT)
    assert problem_of(response) == (401, "unauthorized")
    assert "invalid_token" in response.headers["www-authenticate"]
    assert ledger.alerts.newest(1) == []


async def test_a_token_made_at_the_servers_shell_ends_with_nobody(app: FastAPI, ledger: Ledger, clock: Clock) -> None:
    program = Program(app, make_token(ledger))
    remove_its_maker(ledger, clock)
    assert (await program.get("/town")).status_code == 200


async def test_a_session_of_a_browser_does_not_open_the_interface(author: Browser, ledger: Ledger) -> None:
    """So no page of another site can have a browser send anything."""
    for method, path, content, _ in OPERATIONS:
        response = await author.client.request(method, f"/api/v1{path}", json=content)
        assert problem_of(response) == (401, "unauthorized") or response.status_code == 429
    assert ledger.alerts.newest(1) == []


async def test_a_token_opens_no_page(program: Program) -> None:
    for path in ("/", "/log", "/terminals", "/requests", "/tokens", "/alerts/new"):
        response = await program.client.get(path)
        assert (response.status_code, response.headers["location"].partition("?")[0]) == (303, "/login")


async def test_wrong_tokens_are_slowed_down_and_good_ones_are_not(
    app: FastAPI, program: Program, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    guesser = Program(app, "kokuchi_guess")
    with caplog.at_level(logging.WARNING):
        statuses = [(await guesser.get("/town")).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    told = await guesser.get("/town")
    assert problem_of(told) == (429, "too-many")
    assert told.headers["retry-after"] == "30"
    assert (await program.get("/town")).status_code == 200
    clock.move(seconds=30)
    assert (await guesser.get("/town")).status_code == 401
    assert "token refused" in caplog.text
    assert "kokuchi_guess" not in "".join(str(vars(record)) for record in caplog.records)


async def test_the_names_of_households_need_a_scope_of_their_own(app: FastAPI, ledger: Ledger) -> None:
    alert, _ = prepare(ledger)
    without = Program(app, make_token(ledger, *(EVERYTHING - {Scope.HOUSEHOLDS_READ}), name="without"))
    with_names = Program(app, make_token(ledger, name="with"))
    for path in ("/terminals", "/terminals/t-1", f"/alerts/{alert}/deliveries", "/requests"):
        assert "佐藤" in (await with_names.get(path)).text
        response = await without.get(path)
        assert response.status_code == 200
        assert "佐藤" not in response.text
    assert "佐藤" not in (await without.post("/requests/1/done")).text


async def test_what_a_token_does_is_recorded_under_its_own_name(
    program: Program, author: Browser, ledger: Ledger
) -> None:
    identifier = await program.send()
    accepted = ledger.alerts.get(identifier)
    assert accepted is not None
    assert accepted.accepted_by == "api:防災メール"
    recorded = [(entry.actor, entry.deed, entry.subject) for entry in ledger.audit.newest(20)]
    assert ("api:防災メール", "sent", identifier) in recorded
    assert ("shell", "token_made", "防災メール") in recorded
    assert "防災メール（外部連携）" in (await author.get(f"/alerts/{identifier}")).text


async def test_the_secret_of_a_token_is_nowhere_in_the_ledger(program: Program, ledger: Ledger) -> None:
    secret = program.client.headers["authorization"].removeprefix("Bearer kokuchi_")
    await program.send()
    assert secret not in "".join(sqlite_of(ledger.connections).read().conn.iterdump())


async def test_the_last_use_of_a_token_is_kept_to_within_ten_minutes(
    program: Program, ledger: Ledger, clock: Clock
) -> None:
    def used() -> object:
        token = ledger.tokens.named("防災メール")
        return token and token.last_used_at

    assert used() is None
    await program.get("/town")
    assert used() == NOW
    clock.move(minutes=9)
    await program.get("/town")
    assert used() == NOW
    clock.move(minutes=1)
    await program.get("/town")
    assert used() == clock()
