"""A running screen, and a household that remembers what the page has told it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI

from kokuchi.serving import listen
from kokuchi.voice.languages import Language
from terminal_client.household import Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.pulse import Pulse
from terminal_client.screen import create_screen_app
from terminal_client.screen.alive import PageLife

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


def app_of(
    screen: PageScreen,
    household: RecordingHousehold,
    second_language: Language | None = None,
    *,
    page: PageLife | None = None,
    volumes: list[int] | None = None,
) -> FastAPI:
    changes: list[int] = [] if volumes is None else volumes

    def change_volume(change: int) -> int:
        changes.append(change)
        return 70 + sum(changes)

    return create_screen_app(
        screen=screen,
        household=household,
        town_name="月形町",
        time_zone="Asia/Tokyo",
        terminal="kita-012",
        page=page or PageLife(Pulse()),
        change_volume=change_volume,
        second_language=second_language,
        allowed_hosts=("127.0.0.1", "localhost", "testserver"),
    )


@dataclass
class Site:
    port: int
    page: PageLife
    screen: PageScreen = field(default_factory=PageScreen)
    household: RecordingHousehold = field(default_factory=RecordingHousehold)
    volumes: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def done(self, act: str, key: Key) -> None:
        """Wait until the household has done this."""
        await until(lambda: (act, key) in self.household.acts)


@asynccontextmanager
async def running_site(
    port: int = 0, second_language: Language | None = None, page: PageLife | None = None
) -> AsyncGenerator[Site]:
    """Serve a fresh screen, on this port or a free one."""
    listener = listen("127.0.0.1", port)
    site = Site(listener.getsockname()[1], page=page or PageLife(Pulse()))
    # A page is still watching when its server stops, as when a terminal is restarted.
    config = uvicorn.Config(
        app_of(site.screen, site.household, second_language, page=site.page, volumes=site.volumes),
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=0,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield site
    finally:
        server.should_exit = True
        await serving
        listener.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something in this process has become true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for does not know of us
            await asyncio.sleep(0.01)
