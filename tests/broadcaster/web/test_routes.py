"""Every route of the application is public on purpose, or refuses: a new one cannot be forgotten here."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from broadcaster.domain.roles import Act, Role, may
from broadcaster.web import sessions
from broadcaster.web.routes import account, alerts, audit, compose, correction, dictionary, home, login, people
from tests.broadcaster.web.browser import Browser

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/code"),
    ("POST", "/login/code"),
    ("POST", "/logout"),
    ("GET", "/password/{token}"),
    ("POST", "/password/{token}"),
    ("POST", "/enrol"),
    ("GET", "/api"),
}
"""What is meant for people who are not logged in, and for devices."""

OTHERS = ("/api/", "/openapi.json")
"""What has no sessions but tokens, and tests of its own."""

ACTS: dict[Callable[..., Any], Act] = {
    sessions._reader: Act.READ_LOG,
    sessions._sender: Act.SEND,
    sessions._sender_later: Act.SEND,
    sessions._approver: Act.APPROVE,
    sessions._installer: Act.ENROL,
    sessions._auditor: Act.READ_AUDIT,
    sessions._manager: Act.MANAGE,
}

NAMES = {
    Role.AUTHOR: "hanako",
    Role.APPROVER: "buchou",
    Role.OPERATOR: "ops",
    Role.ADMINISTRATOR: "<b>kanri</b>",
}

Route = tuple[str, str, Dependant]


def routes(app: FastAPI) -> Iterator[Route]:
    """Yield the method, path and dependencies of everything that the application answers to."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or not context.path or context.path.startswith(OTHERS):
            continue
        for method in sorted(route.methods or ()):
            yield method, context.path, route.dependant


def acts_of(dependant: Dependant) -> set[Act]:
    """Return the rights that a route asks for."""
    found = {ACTS[dependant.call]} if dependant.call in ACTS else set()
    return found.union(*(acts_of(inner) for inner in dependant.dependencies))


def address_of(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


async def ask(browser: Browser, method: str, path: str) -> Any:
    return await browser.client.request(
        method, address_of(path), data={"csrf": "stale"} if method == "POST" else None, timeout=10
    )


@pytest.fixture
async def everybody(app: FastAPI) -> AsyncIterator[dict[Role, Browser]]:
    browsers = {role: Browser(app) for role in NAMES}
    for role, browser in browsers.items():
        await browser.log_in(NAMES[role])
    yield browsers
    for browser in browsers.values():
        await browser.client.aclose()


def test_every_subject_is_looked_at(app: FastAPI) -> None:
    known = {(method, path) for method, path, _ in routes(app)}
    assert known >= PUBLIC
    for subject in (account, alerts, audit, compose, correction, dictionary, home, login, people):
        of_subject = [route for route in subject.router.routes if isinstance(route, APIRoute)]
        assert of_subject
        assert {(method, route.path) for route in of_subject for method in route.methods or ()} <= known


def test_every_route_is_public_on_purpose_or_asks_for_one_right(app: FastAPI) -> None:
    for method, path, dependant in routes(app):
        assert len(acts_of(dependant)) == (0 if (method, path) in PUBLIC else 1), f"{method} {path}"


async def test_nothing_else_answers_without_logging_in(app: FastAPI) -> None:
    browser = Browser(app)
    await browser.get("/login")
    for method, path, _ in routes(app):
        if (method, path) in PUBLIC:
            continue
        for browser_now in (browser, Browser(app)):
            response = await ask(browser_now, method, path)
            assert response.status_code == 303, f"{method} {path}"
            assert response.headers["location"].startswith("/login?next="), f"{method} {path}"


async def test_nobody_comes_where_the_role_has_no_right(app: FastAPI, everybody: dict[Role, Browser]) -> None:
    refused = 0
    for method, path, dependant in routes(app):
        for act in acts_of(dependant):
            for role in (role for role in Role if not may(role, act)):
                response = await ask(everybody[role], method, path)
                assert response.status_code == 403, f"{role}: {method} {path}"
                assert "権限がありません" in response.text
                refused += 1
    assert refused > 50


async def test_no_form_is_taken_with_a_token_that_is_stale_or_another_one_s(
    app: FastAPI, everybody: dict[Role, Browser]
) -> None:
    administrator = everybody[Role.ADMINISTRATOR]
    forms = 0
    for method, path, _ in routes(app):
        if method != "POST" or path == "/enrol":
            continue
        for token in ("stale", "", everybody[Role.AUTHOR].token):
            response = await administrator.client.post(address_of(path), data={"csrf": token})
            assert response.status_code == 403, f"{method} {path}"
            assert "権限がありません" not in response.text
            forms += 1
    assert forms > 60
    assert (await administrator.get("/people")).status_code == 200


async def test_a_session_that_was_ended_elsewhere_opens_nothing(app: FastAPI, everybody: dict[Role, Browser]) -> None:
    copied = Browser(app)
    copied.client.cookies = everybody[Role.ADMINISTRATOR].client.cookies
    await everybody[Role.ADMINISTRATOR].post("/logout")
    for method, path, _ in routes(app):
        if (method, path) not in PUBLIC:
            assert (await ask(copied, method, path)).status_code == 303, f"{method} {path}"
