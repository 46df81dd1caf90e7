"""Connections that are used to hold the server up are ended."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from kokuchi import connections
from kokuchi.seldom import Seldom
from kokuchi.serving import listen, serve
from tests.contract.broker import answers
from tests.waiting import until

Send = Callable[[dict[str, Any]], Awaitable[None]]
ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def hello(scope: dict[str, Any], _receive: object, send: Send) -> None:
    """Say hello without reading any body."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"hi"})


async def hello_at_last(scope: dict[str, Any], receive: object, send: Send) -> None:
    """Say hello later than a request may take."""
    await asyncio.sleep(3 * connections.HEAD_SECONDS)
    await hello(scope, receive, send)


@asynccontextmanager
async def served(application: Callable[..., Awaitable[None]] = hello) -> AsyncIterator[int]:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    serving = asyncio.create_task(serve(application, listener))
    await until(lambda: answers(port))
    yield port
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.2)
    monkeypatch.setattr(connections, "_seldom", Seldom(logging.getLogger(__name__), 60))


async def is_ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


async def until_ended(reader: asyncio.StreamReader) -> None:
    """Read whatever is answered until nothing more will be."""
    with suppress(ConnectionResetError):
        await reader.read()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("said", [b"", b"GET / HT", ASKED[:-2]])
async def test_who_does_not_say_what_is_wanted_is_cut_off(said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        assert await is_ended(reader)
        writer.close()
    assert ("too slow" in str([vars(record) for record in caplog.records])) is bool(said)


@pytest.mark.usefixtures("impatient")
async def test_saying_a_letter_now_and_then_gains_no_time() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ended = asyncio.create_task(is_ended(reader))
        for letter in ASKED[:-2].decode() * 50:
            writer.write(letter.encode())
            await asyncio.wait([ended], timeout=0.05)
            if ended.done():
                break
        assert ended.done()
        writer.close()


@pytest.mark.usefixtures("impatient")
async def test_the_second_request_of_a_connection_has_no_more_time_than_the_first() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.write(ASKED[:10])
        assert await is_ended(reader)
        writer.close()


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_nobody_wanted_is_not_taken_for_ever() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000000\r\n\r\n")
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        assert await is_ended(reader)
        writer.close()


async def test_a_connection_goes_on_after_a_small_body_that_nobody_wanted() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n")
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.write(b"x" * 100_000 + ASKED)
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.close()


CHUNKED = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "an address": (b"GET /", b"a" * 10_000),
    "headers": (ASKED[:-2], b"X-More: " + b"x" * 10_000 + b"\r\n"),
    "a header": (ASKED[:-2] + b"X-More: ", b"x" * 10_000),
    "trailers": (CHUNKED + b"0\r\n", b"X-More: " + b"x" * 10_000 + b"\r\n"),
    "what stands behind a length": (CHUNKED + b"5;x=", b"x" * 10_000),
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_what_never_becomes_anything_whole_is_not_taken_for_ever(what: str) -> None:
    start, more = ENDLESS[what]
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ended = asyncio.create_task(until_ended(reader))
        writer.write(start)
        sent = 0
        while not ended.done() and sent < connections.UNREAD_BYTES:
            writer.write(more)
            sent += len(more)
            await asyncio.wait([ended], timeout=0.001)
        assert ended.done()
        assert sent < 2_000_000
        writer.close()


async def test_two_requests_that_come_at_once_are_answered_in_turn() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(2 * ASKED)
        for _ in range(2):
            assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.usefixtures("impatient")
async def test_a_long_answer_is_not_cut_off_when_the_next_request_has_begun() -> None:
    async with served(hello_at_last) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED + ASKED[:10])
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", ASKED[:-2] + b"Host: there\r\n\r\n"])
async def test_a_request_names_one_host(said: bytes) -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_one_address_has_a_bounded_number_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for this machine's own, where a proxy speaks for everybody."""
    monkeypatch.setattr(connections, "AT_ONCE", 3)
    async with served() as port:
        for source, has_room in (("127.0.0.2", False), ("127.0.0.1", True)):
            held = [await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)) for _ in range(3)]
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            writer.write(ASKED)
            answer = asyncio.create_task(reader.readuntil(b"hi"))
            await asyncio.wait([answer])
            assert (answer.exception() is None) is has_room
            for _, other in [*held, (reader, writer)]:
                other.close()
