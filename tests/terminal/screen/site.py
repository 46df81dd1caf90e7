"""A running screen, and a household that remembers what the page has told it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI

from kokuchi.serving import listen, serve
from terminal_client.household import Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.screen import create_screen_app

PATIENCE = 10.0


@dataclass
class RecordingHousehold:
    acts: list[tuple[str, Key]] = field(default_factory=list)

    def displayed(self, key: Key) -> None:
        self.acts.append(("displayed", key))

    def confirm(self, key: Key) -> None:
        self.acts.append(("confirm", key))

    def replay(self, key: Key) -> None:
        self.acts.append(("replay", key))


def app_of(screen: PageScreen, household: RecordingHousehold, *allowed_hosts: str) -> FastAPI:
    return create_screen_app(
        screen=screen,
        household=household,
        town_name="月形町",
        time_zone="Asia/Tokyo",
        terminal="kita-012",
        allowed_hosts=("127.0.0.1", *allowed_hosts),
    )


@dataclass
class Site:
    screen: PageScreen
    household: RecordingHousehold
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def running_site(port: int = 0) -> AsyncGenerator[Site]:
    """Serve a fresh screen, on this port or a free one."""
    screen, household = PageScreen(), RecordingHousehold()
    listener = listen("127.0.0.1", port)
    server = asyncio.create_task(serve(app_of(screen, household), _bound(listener)))
    try:
        yield Site(screen, household, listener.getsockname()[1])
    finally:
        server.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await server
        listener.close()


def _bound(listener: socket.socket) -> socket.socket:
    # From now on a connection waits in the queue instead of being refused.
    listener.listen()
    return listener


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something in this process has become true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)
