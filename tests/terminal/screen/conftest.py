from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.chromium import MILLISECONDS
from tests.terminal.screen.site import Site, running_site


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    async with running_site() as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a 7-inch terminal, on which no script may fail and nothing may break the policy."""
    context = await browser.new_context(viewport={"width": 1024, "height": 600})
    page = await context.new_page()
    page.set_default_timeout(MILLISECONDS)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if "Content Security" in message.text else None)
    yield page
    await context.close()
    if failures:
        pytest.fail("\n".join(failures))
