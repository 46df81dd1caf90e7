"""Every page and every operation, through every wrong door; tests/broadcaster/web/test_routes.py and api/test_rights.py
hold the roles, the tokens and the forms route by route."""

import base64
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from itsdangerous import TimestampSigner

from broadcaster.ledger import Ledger
from broadcaster.web import protection
from kokuchi.seldom import Seldom
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.states import usual
from tests.broadcaster.web.town import NOW, PASSWORD, Clock
from tests.broadcaster.web.towns import make_app

PUBLIC = (
    *("/", "/login", "/login/code", "/healthz", "/readyz", "/metrics", "/api", "/openapi.json", "/enrol"),
    *("/logout", "/password/1"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")


@pytest.fixture(scope="module")
def ledger(made_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = tmp_path_factory.mktemp("doors") / "ledger.sqlite"
    path.write_bytes(made_ledger.read_bytes())
    ledger = Ledger(path)
    usual(ledger)
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def office(ledger: Ledger) -> FastAPI:
    return make_app(ledger, Clock())


@pytest.fixture
async def stranger(office: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(office)
    yield browser
    await browser.client.aclose()


@pytest.fixture
async def author(office: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(office)
    await browser.log_in("hanako")
    yield browser
    await browser.client.aclose()


def addresses(office: FastAPI) -> dict[str, set[str]]:
    """Return each path that the pages or the interface answer to, filled in, with its methods."""
    found: dict[str, set[str]] = {}
    for prefix, app in (("", office), ("/api/v1", office.state.api)):
        for context in iter_route_contexts(app.routes):
            if isinstance(context.original_route, APIRoute) and context.path:
                path = re.sub(r"\{[^}]+\}", "1", context.path)
                full = path if path.startswith(prefix) else f"{prefix}{path}"
                found.setdefault(full, set()).update(context.original_route.methods or ())
    return found


def contents(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that a request might have changed."""
    db = ledger.connections.read()
    names = ["alerts", "drafts", "submissions", "requests", "terminals", "accounts", "api_tokens", "enrolment_codes"]
    return {name: [tuple(row) for row in db.execute(f"SELECT * FROM {name}")] for name in names}  # noqa: S608


async def test_no_other_method_opens_or_changes_anything(office: FastAPI, author: Browser, ledger: Ledger) -> None:
    """What is not a path's own method is refused, also with a session; methods in headers and fields do not count."""
    before, refused = contents(ledger), 0
    for path, own in addresses(office).items():
        for method in METHODS:
            if method in own:
                continue
            response = await author.client.request(method, path, data={"csrf": author.token, "_method": "POST"})
            assert response.status_code in (401, 403, 404, 405, 422), f"{method} {path}: {response.status_code}"
            refused += 1
        if own == {"GET"} and not path.endswith("/events"):
            for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
                await author.client.get(path, headers={header: "DELETE"})
    assert refused > 500
    assert contents(ledger) == before


async def test_nothing_is_answered_under_another_spelling_of_a_path(office: FastAPI, stranger: Browser) -> None:
    for path in addresses(office):
        if path in PUBLIC:
            continue
        for spelt in (
            f"{path}/",
            f"/{path}",
            path.upper(),
            f"{path};x=1",
            f"/static/..{path}",
            f"{path}%00",
            f"/.{path}",
        ):
            response = await stranger.client.get(spelt)
            assert response.status_code in (303, 307, 401, 404, 405), f"{spelt}: {response.status_code}"


async def test_a_session_that_was_put_into_a_browser_beforehand_is_not_the_one_that_logs_in(
    office: FastAPI, stranger: Browser
) -> None:
    """Session fixation: who has planted a cookie knows neither the session nor the token of the forms afterwards."""
    await stranger.get("/login")
    planted, token = dict(stranger.client.cookies), stranger.token
    await stranger.post("/login", {"name": "hanako", "password": PASSWORD, "next": "/"})
    await stranger.get("/account")
    assert dict(stranger.client.cookies) != planted
    assert stranger.token != token
    attacker = Browser(office)
    attacker.client.cookies.update(planted)
    assert (await attacker.get("/log")).status_code == 303
    await attacker.client.aclose()


def sealed(content: object, secret: str) -> str:
    return TimestampSigner(secret).sign(base64.b64encode(json.dumps(content).encode())).decode()


FORGED = {
    "unsigned": base64.b64encode(b'{"session": "x", "token": "y"}').decode(),
    "another secret": sealed({"session": "x", "token": "y"}, "t" * 32),
    "no session of the ledger": sealed({"session": "x", "token": "y"}, "s" * 32),
    "no text": sealed({"session": {"a": 1}, "token": ["y"]}, "s" * 32),
    "nothing": "",
    "much": "x" * 8000,
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_cookie_opens_nothing(office: FastAPI, what: str) -> None:
    attacker = Browser(office)
    headers = {"Cookie": f"kokuchi={FORGED[what]}"}
    for path in ("/", "/log", "/people", "/events"):
        assert (await attacker.client.get(path, headers=headers)).status_code == 303
    answer = await attacker.client.post("/people/new", data={"csrf": "y", "name": "evil"}, headers=headers)
    assert answer.status_code == 303
    await attacker.client.aclose()


async def test_another_origin_cannot_use_a_session(author: Browser) -> None:
    """The cookie is not sent along with another site's forms, and no page may be read or framed by one."""
    answer = await author.client.get("/log", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    login = await Browser(author.app).client.get("/login")
    assert "samesite=lax" in login.headers["set-cookie"].lower()
    assert "httponly" in login.headers["set-cookie"].lower()


async def test_what_was_refused_is_in_the_log_without_what_was_secret(
    author: Browser, stranger: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protection, "_seldom", Seldom(logging.getLogger("broadcaster.web.protection"), 60))
    await author.get("/people")
    await author.client.post("/alerts", data={"csrf": "stale"})
    await author.client.post("/alerts/20261124T005000Z-aaaaaaaa/withdraw", data={"csrf": "stale"})
    await stranger.client.post("/password/secret-of-a-link", data={"csrf": "stale"})
    await stranger.client.get("/api/v1/alerts", headers={"Authorization": "Bearer secret-of-a-token"})
    await stranger.client.post("/enrol", json={"code": "1234"})
    told = [
        (record.__dict__["status"], record.__dict__["method"], record.__dict__["page"])
        for record in caplog.records
        if record.message == "request refused"
    ]
    assert told == [
        (403, "GET", "/people"),
        (403, "POST", "/alerts"),
        (403, "POST", "/alerts/{identifier}/withdraw"),
        (403, "POST", "/password/{token}"),
        (401, "GET", "/api"),
        (400, "POST", "/enrol"),
    ]
    assert "secret-of" not in caplog.text


async def test_a_stranger_learns_nothing_from_how_a_page_refuses(stranger: Browser) -> None:
    """Pages that are there and pages that are not lead to the same place; no answer names software or versions."""
    there = await stranger.client.get("/alerts/20261124T005000Z-aaaaaaaa")
    missing = await stranger.client.get("/alerts/20261124T005000Z-bbbbbbbb")
    assert there.status_code == missing.status_code == 303
    for answer in (there, await stranger.client.get("/nothing"), await stranger.client.get("/api/v1/alerts")):
        assert not {"server", "x-powered-by"} & set(answer.headers)
        assert not re.search(r"uvicorn|starlette|fastapi|python", answer.text, re.I)
    assert NOW.year == 2026
