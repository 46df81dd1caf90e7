"""The page of the tokens of other programs."""

import html
import re

import pytest
from fastapi import FastAPI

from broadcaster.domain.tokens import Scope
from broadcaster.ledger import Ledger
from tests.broadcaster.web.api.program import Program, make_token, problem_of
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_pages import MARKUP
from tests.broadcaster.web.town import NOW, Clock

FIELDS = {"name": "防災メール連携", "scopes": ["alerts:read", "terminals:read"], "expires": "2027-11-24"}


@pytest.fixture
async def manager(browser: Browser) -> Browser:
    await browser.log_in("<b>kanri</b>")
    return browser


def secret_in(page: str) -> str:
    found = re.search(r'<code translate="no">(kokuchi_[^<]+)</code>', page)
    assert found
    return html.unescape(found[1])


async def test_a_token_is_shown_once_and_opens_what_was_chosen_until_the_day_is_over(
    manager: Browser, app: FastAPI, ledger: Ledger, clock: Clock
) -> None:
    form = (await manager.get("/tokens")).text
    assert "トークンはまだありません" in form
    assert 'name="expires" type="date" value="2027-11-24" min="2026-11-24" max="2029-11-25"' in form
    made = await manager.post("/tokens", {**FIELDS, "expires": "2026-11-24"})
    assert made.status_code == 200
    assert "この画面でしか見られません" in made.text
    program = Program(app, secret_in(made.text))
    assert (await program.get("/alerts")).status_code == 200
    assert problem_of(await program.get("/requests")) == (403, "forbidden")
    listed = (await manager.get("/tokens")).text
    assert "防災メール連携" in listed
    assert "放送記録を読む・端末の状態を読む" in listed
    assert "kokuchi_" not in listed
    assert (await program.get("/town")).status_code == 200
    # The town's day ends at 15 o'clock UTC.
    clock.move(hours=14)
    assert problem_of(await program.get("/town")) == (401, "unauthorized")
    assert ledger.audit.newest(1)[0].actor == "<b>kanri</b>"


async def test_a_token_is_ended_after_a_question(manager: Browser, app: FastAPI, ledger: Ledger) -> None:
    made = await manager.post("/tokens", {**FIELDS, "name": "名前/と?記号"})
    (path,) = re.findall(r'href="(/tokens/[^"]+/revoke)"', (await manager.get("/tokens")).text)
    program = Program(app, secret_in(made.text))
    asked = await manager.get(path)
    assert "停止しますか" in asked.text
    assert (await program.get("/alerts")).status_code == 200
    ended = await manager.post(path)
    assert (ended.status_code, ended.headers["location"]) == (303, "/tokens")
    assert problem_of(await program.get("/alerts")) == (401, "unauthorized")
    assert "停止済み" in (await manager.get("/tokens")).text
    await manager.post(path)
    assert [entry.deed for entry in ledger.audit.newest(2)] == ["token_revoked", "token_made"]
    assert "もう使えません" in (await manager.get(path)).text
    assert (await manager.get("/tokens/99/revoke")).status_code == 404
    assert (await manager.post("/tokens/99/revoke")).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "名前を入力してください"),
        ({"name": "あ" * 41}, "40文字以内"),
        ({"scopes": []}, "1つ以上選んでください"),
        ({"scopes": ["everything"]}, "1つ以上選んでください"),
        ({"scopes": ["alerts:send", "alerts:approve"]}, "同時に選べません"),
        ({"expires": "2026-11-23"}, "明日から3年後まで"),
        ({"expires": "2029-11-26"}, "明日から3年後まで"),
        ({"expires": "someday"}, "明日から3年後まで"),
        ({"name": "taken"}, "前に使われています"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(
    manager: Browser, ledger: Ledger, change: dict[str, str | list[str]], words: str
) -> None:
    make_token(ledger, name="taken")
    ledger.tokens.revoke("taken", "shell", NOW)
    response = await manager.post("/tokens", {**FIELDS, **change})
    assert response.status_code == 422
    (field,) = change
    assert f'id="{field}-error"' in response.text
    assert words in response.text
    assert len(ledger.tokens.all()) == 1
    if field != "expires":
        assert 'value="2027-11-24"' in response.text


async def test_markup_in_a_name_is_shown_as_text(manager: Browser) -> None:
    made = await manager.post("/tokens", {**FIELDS, "name": MARKUP})
    for page in (made.text, (await manager.get("/tokens")).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


async def test_only_who_manages_accounts_sees_and_makes_tokens(author: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    make_token(ledger, Scope.ALERTS_READ)
    assert (await author.get("/tokens")).status_code == 403
    assert (await author.get("/tokens/1/revoke")).status_code == 403
    await author.get("/alerts/new")
    assert (await author.post("/tokens", FIELDS)).status_code == 403
    assert (await author.post("/tokens/1/revoke")).status_code == 403
    (token,) = ledger.tokens.all()
    assert token.revoked_at is None


@pytest.mark.parametrize("path", ["/tokens", "/tokens/1/revoke"])
async def test_a_form_of_another_site_changes_nothing(manager: Browser, ledger: Ledger, path: str) -> None:
    make_token(ledger, Scope.ALERTS_READ)
    manager.token = "forged"
    assert (await manager.post(path, FIELDS)).status_code == 403
    (token,) = ledger.tokens.all()
    assert token.revoked_at is None
