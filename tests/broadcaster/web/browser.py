"""A browser for the tests: it keeps cookies and sends forms with the token that the page had."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from tests.broadcaster.web.town import PASSWORD

Fields = Mapping[str, str | Sequence[str]]

ALERT: dict[str, str | Sequence[str]] = {
    "category": "scam",
    "headline": "不審な電話に注意",
    "body": "電話を切って、\r\n役場に相談してください。",
    "level": "important",
    "audience": "all",
}


class Browser:
    """Opens pages of an application."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://office")
        self.token = ""

    async def get(self, path: str) -> httpx.Response:
        return self._remember(await self.client.get(path))

    async def post(self, path: str, fields: Fields | None = None) -> httpx.Response:
        return self._remember(await self.client.post(path, data={"csrf": self.token, **(fields or {})}))

    async def upload(self, path: str, name: str, content: bytes) -> httpx.Response:
        """Send a form with a file."""
        files = {"file": (name, content, "text/csv")}
        return self._remember(await self.client.post(path, data={"csrf": self.token}, files=files))

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        await self.get("/login")
        response = await self.post("/login", {"name": name, "password": password, "next": "/"})
        if response.status_code == 303:
            await self.get("/")
        return response

    async def send(self, **fields: str | Sequence[str]) -> httpx.Response:
        """Go from the form over the check to the alert's page."""
        checked = await self.post("/alerts/check", {**ALERT, **fields})
        if checked.status_code != 200:
            return checked
        return await self.post("/alerts", hidden_fields(checked.text))

    @asynccontextmanager
    async def events(self, path: str) -> AsyncIterator["Stream"]:
        """Follow a stream; httpx's transport would wait for its end."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.client.cookies.jar)
        stream = Stream()
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(b"cookie", cookies.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("office", 80),
        }
        task = asyncio.create_task(self.app(scope, stream.receive, stream.send))
        stream.task = task
        try:
            yield stream
        finally:
            stream.left.set()
            await asyncio.wait_for(task, 5)

    def _remember(self, response: httpx.Response) -> httpx.Response:
        found = re.search(r'name="csrf" value="([^"]*)"', response.text)
        if found and found[1]:
            self.token = found[1]
        return response


class Stream:
    """The browser's end of a stream of events."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._messages: asyncio.Queue[Any] = asyncio.Queue()
        self._asked = False

    async def receive(self) -> dict[str, object]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self._messages.put(message)

    async def start(self) -> tuple[int, dict[str, str]]:
        message = await asyncio.wait_for(self._messages.get(), 5)
        return message["status"], {key.decode(): value.decode() for key, value in message["headers"]}

    async def parts_after_start(self) -> dict[str, str]:
        await self.start()
        return await self.parts()

    async def next_text(self) -> str:
        message = await asyncio.wait_for(self._messages.get(), 5)
        text: str = message["body"].decode()
        return text

    async def parts(self) -> dict[str, str]:
        """Return the parts of the next event."""
        while True:
            text = await self.next_text()
            if text.startswith("data: "):
                found: dict[str, str] = json.loads(text.removeprefix("data: "))
                return found


def hidden_fields(page: str) -> dict[str, str | Sequence[str]]:
    """Return the hidden fields of the page's own form, as a browser would send them."""
    form = page[page.index('id="alert-form"') :]
    fields: dict[str, str | Sequence[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form):
        text = html.unescape(value)
        known = fields.get(name)
        fields[name] = text if known is None else [*([known] if isinstance(known, str) else known), text]
    return fields
