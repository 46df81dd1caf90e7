"""A body that comes slowly is not waited for, whoever sends it, and it keeps nobody else waiting."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from broadcaster.ledger import Ledger
from broadcaster.web import protection
from kokuchi.serving import listen, serve
from tests.broadcaster.web.town import Clock
from tests.broadcaster.web.towns import make_app
from tests.contract.broker import answers
from tests.waiting import until

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SLOW = {
    "log-in": ("/login", FORM),
    "enrolment": ("/enrol", JSON),
    "import": ("/dictionary/import", "multipart/form-data"),
}


@pytest.fixture
async def port(made_ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(protection, "BODY_SECONDS", 0.5)
    shutil.copy(made_ledger, tmp_path / "ledger.sqlite")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    listener = listen("127.0.0.1", 0)
    serving = asyncio.create_task(serve(make_app(ledger, Clock()), listener))
    number: int = listener.getsockname()[1]
    await until(lambda: answers(number))
    yield number
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    ledger.close()


@pytest.mark.parametrize("where", SLOW)
async def test_a_body_that_does_not_end_is_answered_without_it(port: int, where: str) -> None:
    path, kind = SLOW[where]
    head = f"POST {path} HTTP/1.1\r\nHost: office\r\nContent-Type: {kind}; boundary=b\r\nContent-Length: 1000\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + b"{")
    answer = asyncio.create_task(reader.readuntil(b"\r\n"))
    while not answer.done():
        writer.write(b" ")
        await asyncio.wait([answer], timeout=0.1)
    # Who is not logged in is led to the log-in page, whatever was to come.
    assert answer.result().split()[1] in (b"408", b"303")
    writer.close()


async def test_who_has_sent_everything_may_wait_for_the_answer_as_long_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page that moves by itself waits until its reader leaves."""
    monkeypatch.setattr(protection, "BODY_SECONDS", 0.01)
    received: list[str] = []
    messages: list[Message] = [{"type": "http.request", "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        if len(messages) == 1:
            await asyncio.sleep(0.05)
        return messages.pop(0)

    async def follow(_scope: Scope, receive: Receive, _send: Send) -> None:
        received.extend([(await receive())["type"], (await receive())["type"]])

    async def send(_message: Message) -> None:
        raise AssertionError("nothing is answered")

    scope = {"type": "http", "headers": [(b"host", b"office")], "path": "/", "client": None}
    await protection.Protection(follow)(scope, receive, send)
    assert received == ["http.request", "http.disconnect"]
