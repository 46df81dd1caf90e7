"""Chromium for tests, without a window, and how long a test waits for what is on a page."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from playwright import async_api, sync_api

from tests.waiting import PATIENCE

# The same engine and version as `chromium`, from the same source package, without the windows that it makes for each
# page also where nobody sees them: a page takes an eighth of the processor's time.
PROGRAM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MILLISECONDS = PATIENCE * 1000
"""The patience in the unit of playwright."""


def be_patient() -> None:
    """Let every expectation wait as long as a busy machine may need; playwright's own 5 seconds are not enough."""
    for api in (sync_api, async_api):
        api.expect.set_options(timeout=MILLISECONDS)


def _arguments() -> list[str]:
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def chromium() -> Iterator[sync_api.Browser]:
    """Start a browser for the length of a block."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=_arguments())
        try:
            yield browser
        finally:
            browser.close()


@asynccontextmanager
async def chromium_in_loop() -> AsyncIterator[async_api.Browser]:
    """Start a browser for the length of a block, driven from the event loop."""
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=_arguments())
        try:
            yield browser
        finally:
            await browser.close()
