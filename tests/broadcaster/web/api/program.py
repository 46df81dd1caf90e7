"""Another program that speaks to the centre."""

import itertools
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from broadcaster.domain.audit import SHELL
from broadcaster.domain.tokens import Scope
from broadcaster.ledger import Ledger
from tests.broadcaster.web.town import NOW

CONTENT: dict[str, Any] = {
    "category": "scam",
    "headline": "不審な電話に注意",
    "body": "電話を切って、\n役場に相談してください。",
    "audience": {"kind": "all"},
}
EVERYTHING = frozenset(Scope) - {Scope.ALERTS_APPROVE}
"""All that one token can have."""


def make_token(ledger: Ledger, *scopes: Scope, name: str = "防災メール", made_by: str = SHELL, days: int = 1) -> str:
    return ledger.tokens.make(name, frozenset(scopes) or EVERYTHING, NOW + timedelta(days=days), made_by, NOW)


class Program:
    """Sends requests with a token; each POST has a key of its own unless one is given."""

    def __init__(self, app: FastAPI, token: str | None) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        self.client = httpx.AsyncClient(transport=transport, base_url="http://office", headers=headers)
        self._keys = itertools.count(1)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", **options)

    async def post(self, path: str, content: Any = None, *, key: str = "", **headers: str) -> httpx.Response:
        named = {"idempotency-key": key or f"key-{next(self._keys)}", **headers}
        return await self.client.post(f"/api/v1{path}", json=content, headers=named)

    async def put(self, path: str, content: Any, **headers: str) -> httpx.Response:
        return await self.client.put(f"/api/v1{path}", json=content, headers=headers)

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.delete(f"/api/v1{path}", headers=headers)

    async def send(self, **changes: Any) -> str:
        """Send an alert and return its identifier."""
        response = await self.post("/alerts", {**CONTENT, **changes})
        assert response.status_code == 201, response.text
        identifier: str = response.json()["identifier"]
        return identifier


def problem_of(response: httpx.Response) -> tuple[int, str]:
    """Return the status and the kind of a problem, which has to be one."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("/api#")
    return response.status_code, problem["type"].removeprefix("/api#")
