"""How both ends serve pages: uvicorn in the running event loop, on a socket that is bound before anything starts."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from kokuchi.connections import BoundedConnection

log = logging.getLogger(__name__)

_BACKLOG = 2048

SWITCH_SECONDS = 0.0005
"""After so long a thread that computes lets another one go on that wants to.

A page asks the ledger for a row again and again, and stands behind the threads that write each time; with Python's own
5 ms the slowest pages of a storm took three times as long.
"""

THREADS = 32
"""How many things may wait for a disk or a database at once.

Python's own number is six on two processors: as many pages that wait for a busy ledger would hold up the alert that is
to go out. A thread is made only when all others are busy.
"""

_Application = Callable[..., Awaitable[Any]]


class PortUnusable(Exception):  # noqa: N818 - reads as what it says
    """A port that cannot be listened on; the message says which and why."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or raise PortUnusable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its protocol asyncio knows that nothing should wait to be sent: without it each page that was not the first of
    # its connection came 40 ms later, when the reader's kernel had acknowledged its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Two sockets may be bound to one port as long as neither listens.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnusable(f"cannot listen on {host} port {port}: {error.strerror}; choose another port") from error
    return listener


async def nothing() -> None:
    """Do nothing."""


class _Server(uvicorn.Server):
    """A server that does `at_end` when the process is told to end: then uvicorn lets the signal itself end it."""

    def __init__(self, config: uvicorn.Config, at_end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._at_end = at_end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.should_exit:
            await self._at_end()


async def serve(
    application: _Application,
    listener: socket.socket,
    tls: ssl.SSLContext | None = None,
    at_end: Callable[[], Awaitable[None]] = nothing,
) -> None:
    """Serve until the process is told to end (SIGINT or SIGTERM), or the task is cancelled; over HTTPS with `tls`.

    `at_end` is awaited when the process is told to, and is the last that it does.
    """
    config = uvicorn.Config(
        application,
        http=BoundedConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        # Streams of events never end by themselves; they must not keep the process alive.
        timeout_graceful_shutdown=1,
        ssl_context_factory=(lambda _config, _default: tls) if tls else None,
    )
    server = _Server(config, at_end)
    try:
        await server.serve(sockets=[listener])
    except asyncio.CancelledError:
        if server.started:
            await server.shutdown(sockets=[listener])
        raise


async def until_told_to_end() -> None:
    """Return when the process is told to end (SIGINT or SIGTERM); for a program without pages."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


async def run_together(*parts: Coroutine[Any, Any, None], close: Callable[[], Awaitable[None]]) -> None:
    """Run parts of the program until one of them ends, which ends all; raises its error.

    `close` is awaited at the end, however that came. What the program has made until now stays until then: looking
    through all of it for garbage, again and again, would stop a click or a sentence for some ten milliseconds.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "waits"))
    tasks = [asyncio.create_task(part, name=getattr(part, "__qualname__", None)) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await close()
    failures = [(task.get_name(), result) for task, result in zip(tasks, results, strict=True)]
    for name, failure in failures:
        if isinstance(failure, Exception):
            log.error("a part of the program has failed", extra={"part": name}, exc_info=failure)
    for _, failure in failures:
        if isinstance(failure, Exception):
            raise failure
