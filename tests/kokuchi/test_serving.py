"""Ports: bound before anything starts, or told which and why."""

import asyncio
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from kokuchi.serving import SWITCH_SECONDS, PortUnusable, listen, nothing, run_together, serve
from tests.contract.broker import answers
from tests.waiting import PATIENCE, until


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortUnusable, match=f"cannot listen on 127.0.0.1 port {port}: .*; choose another port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "::ffff:0:0:0:1:2:3"])
def test_a_host_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(PortUnusable, match=f"cannot listen on {host} port"):
        listen(host, 1)


def test_a_port_can_be_taken_again_at_once() -> None:
    first = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    first.close()
    listen("127.0.0.1", port).close()


async def test_nothing_that_is_served_waits_for_the_reader_to_acknowledge_what_came_before() -> None:
    listener = listen("127.0.0.1", 0)
    waits: list[int] = []

    def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waits.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(answer, sock=listener):
        with socket.create_connection(listener.getsockname()):
            await until(lambda: len(waits) == 1)
    assert waits == [1], "TCP_NODELAY is set"


Send = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """Says hello."""

    async def __call__(self, scope: dict[str, Any], _receive: object, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": "こんにちは".encode()})


async def test_pages_are_served_until_the_task_is_cancelled() -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    serving = asyncio.create_task(serve(Application(), listener))
    await until(lambda: answers(port))
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/")
    assert answer.text == "こんにちは"
    assert "server" not in answer.headers

    serving.cancel()
    await until(serving.done)
    assert serving.cancelled()
    assert not answers(port)


async def test_a_part_that_fails_ends_all_and_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        switches.append(sys.getswitchinterval())
        raise ValueError("why")

    switches: list[float] = []
    closed = asyncio.Event()

    async def close() -> None:
        closed.set()

    with pytest.raises(ValueError, match="why"):
        await run_together(asyncio.Event().wait(), fails(), close=close)  # type: ignore[arg-type] # it never ends
    assert closed.is_set()
    assert switches == [pytest.approx(SWITCH_SECONDS)]
    [record] = caplog.records
    assert (record.getMessage(), record.__dict__["part"].split(".")[-1]) == (
        "a part of the program has failed",
        "fails",
    )


async def test_many_pages_that_wait_for_the_ledger_do_not_hold_up_what_goes_out() -> None:
    may_end = threading.Event()
    waiting: list[int] = []

    def page(number: int) -> None:
        waiting.append(number)
        may_end.wait(PATIENCE)

    async def goes_out() -> None:
        pages = asyncio.gather(*(asyncio.to_thread(page, number) for number in range(30)))
        try:
            await until(lambda: len(waiting) == 30)
            await asyncio.to_thread(lambda: None)
        finally:
            may_end.set()
        await pages

    await run_together(goes_out(), close=nothing)
