"""The screen at night, and the size of its letters."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from terminal_client.view import Card, Lamp, View
from tests.terminal.screen.examples import HEADLINE, alert_of, recent_cards
from tests.terminal.screen.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""22:00 in the town."""

AWAKE = 61_000


async def open_page(page: Page, site: Site, now: datetime = NIGHT, lamp: Lamp = Lamp.OFF) -> None:
    site.live_by(site.preferences.current())
    site.screen.show(View(recent=recent_cards(now), lamp=lamp))
    await page.clock.install(time=now)
    await page.goto(site.url)
    await expect(page.locator(".card").first).to_be_attached()


async def test_at_night_the_clock_alone_is_seen_and_by_day_everything(page: Page, site: Site) -> None:
    await open_page(page, site, NIGHT - timedelta(minutes=61))
    await expect(page.locator("#night")).to_be_hidden()
    await page.clock.run_for(60_000)
    await expect(page.locator("body")).to_have_attribute("data-night", "")
    await expect(page.locator(".night-clock")).to_have_text("21時00分")
    await expect(page.locator(".night-clock")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#night-lamp")).to_be_hidden()
    await page.clock.fast_forward(9 * 60 * 60 * 1000)
    await expect(page.locator("#night")).to_be_hidden()
    await expect(page.locator("body")).not_to_have_attribute("data-night", "")


async def test_the_lamp_is_seen_in_the_dark(page: Page, site: Site) -> None:
    await open_page(page, site, lamp=Lamp.ON)
    await expect(page.locator("#night-lamp")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#night-lamp")).to_have_text("まだ聞いていないお知らせがあります")
    site.screen.show(View(lamp=Lamp.BLINKING))
    await expect(page.locator("#night-lamp")).to_have_attribute("data-lamp", "blinking")
    site.screen.show(View())
    await expect(page.locator("#night-lamp")).to_be_hidden()


async def test_the_first_touch_only_brings_light_and_opens_nothing(page: Page, site: Site) -> None:
    await open_page(page, site)
    place = await page.locator(".card").first.bounding_box()
    assert place
    await page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    await expect(page.locator("#night")).to_be_hidden()
    await expect(page.locator("#rest")).to_be_visible()
    await page.clock.run_for(AWAKE)
    await expect(page.locator("#night")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#night")).to_be_hidden()
    await page.locator(".card").first.click()
    await expect(page.locator("#alert")).to_be_visible()


async def test_an_alert_is_as_bright_as_by_day_and_so_is_the_screen_for_a_while_after_it(
    page: Page, site: Site
) -> None:
    await open_page(page, site)
    await expect(page.locator("#night")).to_be_visible()
    site.screen.show(View(current=Card(alert_of())))
    await expect(page.locator("#headline")).to_have_text(HEADLINE)
    await page.clock.run_for(AWAKE)
    await expect(page.locator("#night")).to_be_hidden()
    site.screen.show(View(current=Card(alert_of(), speaking=True)))
    await expect(page.locator("#speaking")).to_be_visible()
    site.screen.show(View())
    await expect(page.locator("#rest")).to_be_visible()
    await expect(page.locator("#night")).to_be_hidden()
    await page.clock.run_for(AWAKE)
    await expect(page.locator("#night")).to_be_visible()


async def test_the_quiet_hours_are_the_night_and_without_a_night_screen_there_is_none(page: Page, site: Site) -> None:
    site.preferences.change(quiet_hours={"start": "23:00", "end": "04:00"})
    await open_page(page, site)
    await expect(page.locator("#rest")).to_be_visible()
    await expect(page.locator("#night")).to_be_hidden()
    await page.clock.fast_forward(60 * 60 * 1000)
    await expect(page.locator("#night")).to_be_visible()
    site.preferences.change(night_screen=False)
    await expect(page.locator("#night")).to_be_hidden()
    await expect(page.locator(".card").first).to_be_enabled()


async def test_larger_letters_are_larger_on_the_cards_of_past_alerts_too(page: Page, site: Site) -> None:
    site.household.remembered = recent_cards(NOON)
    await open_page(page, site, NOON)
    await page.locator("#open-past").click()
    headline = page.locator("#past .card-headline").first
    await expect(headline).to_be_visible()
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    normal = await headline.evaluate(size)
    site.preferences.change(text_size="largest")
    await expect(page.locator("body")).to_have_attribute("data-text-size", "largest")
    assert await headline.evaluate(size) >= 1.25 * normal
