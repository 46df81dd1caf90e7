"""A screen that is held upright."""

import pytest
from playwright.async_api import Page, expect

from terminal_client.view import Card, View
from tests.terminal.screen.examples import alert_of, body_of
from tests.terminal.screen.site import Site
from tests.terminal.screen.test_alert_page import text_size

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("characters", [40, 110, 300])
@pytest.mark.parametrize(("width", "height"), [(600, 1024), (800, 1280)])
async def test_letters_are_as_large_as_on_a_screen_on_its_side_and_the_large_button_is_at_the_bottom(
    page: Page, site: Site, width: int, height: int, characters: int
) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    site.screen.show(View(current=Card(alert_of(body=body_of(characters)))))
    await page.goto(site.url)
    await expect(page.locator("#alert")).to_be_visible()
    assert await text_size(page) >= 54 * min(width / 600, height / 1024) - 0.01
    button = await page.locator("#confirm").bounding_box()
    assert button
    assert button["width"] > 0.9 * width
    assert 0.97 * height < button["y"] + button["height"] <= height
