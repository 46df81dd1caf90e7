"""A running screen, and a household that remembers what the page has told it."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI

from kokuchi.pulse import Pulse
from kokuchi.serving import listen
from kokuchi.voice.languages import LANGUAGES, Language
from terminal_client.household import Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.screen import create_screen_app
from terminal_client.screen.alive import PageLife
from terminal_client.screen.preferences import shown
from terminal_client.view import Card
from tests.waiting import PATIENCE

KINDS: Mapping[str, str] = {"awareness_event": "消費者啓発開催情報", "scam": "詐欺事案情報"}

_FOLDER = TemporaryDirectory()
_NUMBERS = itertools.count()


def fresh_preferences(second_language: Language | None = None) -> PreferenceStore:
    """Return the preferences of a household that has chosen nothing yet."""
    usual = Preferences(language=second_language.code if second_language else None)
    return PreferenceStore(Path(_FOLDER.name) / f"{next(_NUMBERS)}.sqlite", usual)


@dataclass
class RecordingHousehold:
    acts: list[tuple[str, Key]] = field(default_factory=list)
    samples: int = 0
    remembered: Sequence[Card] = ()

    def displayed(self, key: Key) -> None:
        self.acts.append(("displayed", key))

    def confirm(self, key: Key) -> None:
        self.acts.append(("confirm", key))

    def replay(self, key: Key) -> None:
        self.acts.append(("replay", key))

    def sample(self) -> None:
        self.samples += 1

    def past(self) -> Sequence[Card]:
        return self.remembered


@dataclass
class RecordingDesk:
    """Remembers what it was asked, unless its disk is full."""

    acts: list[tuple[str, Key | None]] = field(default_factory=list)
    disk_is_full: bool = False

    async def ask(self, alert: Key | None) -> None:
        self._keep("ask", alert)

    async def withdraw(self) -> None:
        self._keep("withdraw", None)

    def _keep(self, act: str, alert: Key | None) -> None:
        if self.disk_is_full:
            raise sqlite3.OperationalError("database or disk is full")
        self.acts.append((act, alert))


def app_of(
    screen: PageScreen,
    household: RecordingHousehold,
    preferences: PreferenceStore | None = None,
    desk: RecordingDesk | None = None,
    *,
    page: PageLife | None = None,
    volumes: list[int] | None = None,
) -> FastAPI:
    store = preferences or fresh_preferences()
    changes: list[int] = [] if volumes is None else volumes

    def change_volume(change: int) -> int:
        changes.append(change)
        return 70 + sum(changes)

    return create_screen_app(
        screen=screen,
        household=household,
        desk=desk or RecordingDesk(),
        preferences=store,
        town_kinds=lambda: KINDS,
        town_name="月形町",
        time_zone="Asia/Tokyo",
        terminal="kita-012",
        page=page or PageLife(Pulse()),
        change_volume=change_volume,
        second_language=lambda: LANGUAGES.get(store.announced.language or ""),
        allowed_hosts=("127.0.0.1", "localhost", "testserver"),
    )


@dataclass
class Site:
    port: int
    page: PageLife
    screen: PageScreen = field(default_factory=PageScreen)
    household: RecordingHousehold = field(default_factory=RecordingHousehold)
    desk: RecordingDesk = field(default_factory=RecordingDesk)
    preferences: PreferenceStore = field(default_factory=fresh_preferences)
    volumes: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def done(self, act: str, key: Key) -> None:
        """Wait until the household has done this."""
        await until(lambda: (act, key) in self.household.acts)

    def live_by(self, preferences: Preferences) -> None:
        """Show what is chosen, as the terminal does."""
        self.screen.publish("preferences", shown(preferences, KINDS, self.household.past()))


@asynccontextmanager
async def running_site(
    port: int = 0, second_language: Language | None = None, page: PageLife | None = None
) -> AsyncGenerator[Site]:
    """Serve a fresh screen, on this port or a free one."""
    listener = listen("127.0.0.1", port)
    site = Site(
        listener.getsockname()[1], page=page or PageLife(Pulse()), preferences=fresh_preferences(second_language)
    )
    loop = asyncio.get_running_loop()
    site.preferences.on_change(lambda chosen: loop.call_soon_threadsafe(site.live_by, chosen))
    # A page is still watching when its server stops, as when a terminal is restarted.
    config = uvicorn.Config(
        app_of(site.screen, site.household, site.preferences, site.desk, page=site.page, volumes=site.volumes),
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
