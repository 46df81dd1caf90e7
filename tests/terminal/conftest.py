from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.chromium import chromium_in_loop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of all tests of the terminal's pages; each has a context of its own in it."""
    async with chromium_in_loop() as browser:
        yield browser
