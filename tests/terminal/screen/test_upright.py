"""A screen that is held upright."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from kokuchi.wire import MessageType, Status
from terminal_client.view import Card, Lamp, Trouble, View
from tests.terminal.screen.examples import alert_of, body_of, recent_cards, revised
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


async def test_a_card_is_whole_even_when_everything_is_wrong(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 600, "height": 1024})
    troubles = tuple(Trouble)
    site.screen.show(View(recent=recent_cards(datetime.now(UTC)), troubles=troubles, lamp=Lamp.ON, unheard=1))
    await page.goto(site.url)
    await expect(page.locator(".trouble")).to_have_count(len(troubles))
    await expect(page.locator("#cards .card").first).to_be_in_viewport(ratio=1)


async def test_the_word_of_a_band_is_never_broken(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 600, "height": 1024})
    site.screen.show(View(current=Card(revised(MessageType.UPDATE, status=Status.EXERCISE))))
    await page.goto(site.url)
    for band in ("#drill", "#correction"):
        word = await page.locator(f"{band} strong").bounding_box()
        assert word
        assert word["width"] > word["height"]
