"""The page says that it draws, and takes the keys of the volume."""

import pytest
from playwright.async_api import Page, expect

from terminal_client.view import Card, View
from tests.terminal.screen.examples import alert_of
from tests.terminal.screen.site import Site, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_open_page_says_again_and_again_that_it_draws(page: Page, site: Site) -> None:
    await page.clock.install()
    assert not site.page.is_alive
    await page.goto(site.url)
    await until(lambda: site.page.is_alive)
    site.page.left()
    await page.clock.run_for(11_000)
    await until(lambda: site.page.is_alive)


async def test_a_page_that_was_told_so_loads_itself_anew(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await expect(page.locator("#preparing")).to_be_hidden()
    async with page.expect_navigation():
        site.screen.reload()
    await expect(page.locator("#rest")).to_be_visible()


@pytest.mark.parametrize("view", [View(), View(current=Card(alert_of()))], ids=["at rest", "alert"])
async def test_plus_and_minus_change_the_volume_on_every_page(page: Page, site: Site, view: View) -> None:
    site.screen.show(view)
    await page.goto(site.url)
    await expect(page.locator("#preparing")).to_be_hidden()
    await page.keyboard.press("+")
    await until(lambda: site.volumes == [10])
    await page.keyboard.press("-")
    await until(lambda: site.volumes == [10, -10])
    await page.keyboard.press("Control+-")
    await page.keyboard.press("-")
    await until(lambda: site.volumes == [10, -10, -10])
