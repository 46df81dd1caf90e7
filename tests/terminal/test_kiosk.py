"""The browser on the screen: a real Chromium without a window, killed and frozen."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kokuchi.pulse import Pulse
from terminal_client.kiosk import PATIENCE_SECONDS, SHORTEST_LIFE, Kiosk, is_alive
from terminal_client.screen.alive import PAGE_PATIENCE, PageLife
from tests.ports import free_port
from tests.terminal.screen.site import Site, running_site
from tests.waiting import until

BROWSER = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Corner:
    """A kiosk before a page, and the clock of both."""

    def __init__(self, site: Site, clock: Clock, profile: Path) -> None:
        self.site = site
        self.clock = clock
        self.kiosk = Kiosk(BROWSER, site.url, profile, clock=clock)

    async def look(self) -> None:
        await asyncio.to_thread(self.kiosk.look)

    async def starts(self) -> int:
        """Let the browser start; return its process identifier once its page draws."""
        self.site.page.left()
        await self.look()
        pid = self.kiosk.browser_pid
        assert pid is not None
        await until(lambda: self.site.page.is_alive and self.site.screen.is_attached, what="the page draws")
        return pid


@pytest.fixture
async def corner(tmp_path: Path) -> AsyncIterator[Corner]:
    clock = Clock()
    async with running_site(page=PageLife(Pulse(clock))) as site:
        corner = Corner(site, clock, tmp_path / "profile")
        yield corner
        await asyncio.to_thread(corner.kiosk.stop)


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_ended(child: int) -> bool:
    """Tell whether the kiosk would find a child ended if it looked now, and leave the answer to the kiosk.

    The state in /proc says so too early: it is Z once the first thread is gone, while the others are still going.
    """
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


async def test_a_browser_that_is_killed_or_frozen_is_replaced_and_the_page_is_back(corner: Corner) -> None:
    first = await corner.starts()

    os.kill(first, signal.SIGKILL)
    await until(lambda: has_ended(first) and not corner.site.screen.is_attached)
    await corner.look()
    await corner.look()
    assert corner.kiosk.browser_pid is None, "one that ends at once is not started again and again"
    corner.clock.seconds += SHORTEST_LIFE
    second = await corner.starts()
    assert second != first

    os.killpg(second, signal.SIGSTOP)
    # The terminal notices it first, and tells the page to load itself anew; that does not help here.
    corner.clock.seconds += PAGE_PATIENCE + 1
    assert not corner.site.page.is_alive
    await corner.look()
    assert corner.kiosk.browser_pid == second
    corner.clock.seconds += PATIENCE_SECONDS + 1
    await corner.look()
    assert not exists(second)
    assert await corner.starts() not in (first, second)


async def test_a_page_that_draws_is_left_alone_and_so_is_one_whose_terminal_is_away(tmp_path: Path) -> None:
    clock = Clock()
    async with running_site(page=PageLife(Pulse(clock))) as site:
        corner = Corner(site, clock, tmp_path / "profile")
        pid = await corner.starts()
        for _ in range(5):
            clock.seconds += PAGE_PATIENCE - 1
            site.page.drew()
            await corner.look()
    for _ in range(5):
        clock.seconds += PATIENCE_SECONDS
        await corner.look()
    assert corner.kiosk.browser_pid == pid
    corner.kiosk.stop()
    assert not exists(pid)


async def test_no_browser_is_started_before_the_page_is_served(tmp_path: Path) -> None:
    kiosk = Kiosk(["/nowhere/browser"], f"http://127.0.0.1:{free_port()}/", tmp_path / "profile")
    kiosk.look()
    assert kiosk.browser_pid is None


async def test_the_command_starts_the_browser_and_ends_it_with_itself(corner: Corner) -> None:
    browser, *options = BROWSER
    command = [sys.executable, "-m", "terminal_client", "kiosk", "--browser", browser, "--url", corner.site.url]
    kiosk = await asyncio.create_subprocess_exec(*command, "--", *options)
    await until(lambda: corner.site.page.is_alive, what="the page draws")
    assert await asyncio.to_thread(is_alive, corner.site.url)
    kiosk.terminate()
    assert await kiosk.wait() == 0
    await until(lambda: not corner.site.screen.is_attached)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-browser", "http://127.0.0.1:1/"], "no-such-browser is not installed"),
        (["true", "ftp://127.0.0.1/"], "is not the address of a page"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "terminal_client.kiosk", *arguments]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1
    assert message in refused.stderr
